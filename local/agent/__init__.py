"""A scripted agent server: it speaks the Stakpak server's protocol, oddities included, with no
model behind it.
"""
