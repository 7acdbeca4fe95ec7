"""What one writes who needs many at once: threads, each with its own httpx.Client; IDs in a file, threads in argv."""

import os
import sys
import threading
from pathlib import Path

import httpx

path, member, jobs = sys.argv[1], sys.argv[2], int(sys.argv[3])
with Path(path).open() as stream:
    images = iter([line.strip() for line in stream])
lock = threading.Lock()


def work() -> None:
    """Accept one image after the other."""
    with httpx.Client(headers={"X-Auth-Token": os.environ["IMGSHARE_TOKEN"]}, timeout=60) as http:
        while True:
            with lock:
                image = next(images, None)
            if image is None:
                return
            url = f"{os.environ['IMGSHARE_ENDPOINT']}/v2/images/{image}/members/{member}"
            answer = http.put(url, json={"status": "accepted"})
            answer.raise_for_status()
            print(answer.text)


threads = [threading.Thread(target=work) for _ in range(jobs)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
