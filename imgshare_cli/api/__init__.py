"""The cloud's HTTP APIs: connections, requests, responses and what they hold."""
