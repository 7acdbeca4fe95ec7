"""What the tests share: services, users, clouds and ways to run the tool."""
