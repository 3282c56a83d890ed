"""REMEMBERS: chats, preferences, campaigns and deliveries. What must not be lost."""
