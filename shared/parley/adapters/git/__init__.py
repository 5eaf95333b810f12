"""git: worktrees for agents, what became of them, and publishing it."""
