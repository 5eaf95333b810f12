"""External agents as processes: started clean, heard, and ended to the last one."""
