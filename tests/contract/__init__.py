"""What an image service promises, proved on the embedded one and on a real Glance alike."""
