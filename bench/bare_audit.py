"""What one writes who needs the members of all images: threads, each with its own httpx.Client; threads in argv."""

import json
import os
import sys
import threading

import httpx

project, jobs = sys.argv[1], int(sys.argv[2])
headers = {"X-Auth-Token": os.environ["IMGSHARE_TOKEN"]}
endpoint = os.environ["IMGSHARE_ENDPOINT"]
images = []
with httpx.Client(headers=headers, timeout=60) as http:
    for hidden in ("false", "true"):
        query = {"owner": project, "member_status": "all", "os_hidden": hidden, "limit": "1000"}
        images += http.get(f"{endpoint}/v2/images", params=query).raise_for_status().json()["images"]
left = iter(images)
lock = threading.Lock()


def work() -> None:
    """Read the members of one image after the other."""
    with httpx.Client(headers=headers, timeout=60) as http:
        while True:
            with lock:
                image = next(left, None)
            if image is None:
                return
            answer = http.get(f"{endpoint}/v2/images/{image['id']}/members").raise_for_status()
            for member in answer.json()["members"]:
                print(json.dumps({**member, "name": image["name"]}))


threads = [threading.Thread(target=work) for _ in range(jobs)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
