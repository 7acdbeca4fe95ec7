"""The bare script that everything is measured against: what one writes who needs this once."""

import os
import sys

import httpx

image, member = sys.argv[1:]
answer = httpx.put(
    f"{os.environ['IMGSHARE_ENDPOINT']}/v2/images/{image}/members/{member}",
    headers={"X-Auth-Token": os.environ["IMGSHARE_TOKEN"]},
    json={"status": "accepted"},
)
answer.raise_for_status()
print(answer.text)
