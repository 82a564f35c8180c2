"""What adapters of models on servers share: JSON over HTTP, and the errors of a server in our own words."""
