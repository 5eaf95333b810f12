"""The local runtime: an emulated account, a scripted agent, a stand-in for Slack, and a page.

Never packaged, and never imported by what is.
"""
