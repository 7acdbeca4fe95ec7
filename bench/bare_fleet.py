"""What one writes who needs an image in many projects: threads that get a token for each project, and accept.

The login comes from `OS_*`; the image, a file of project IDs and the number of threads from argv.
"""

import os
import sys
import threading
from pathlib import Path

import httpx

image, path, jobs = sys.argv[1], sys.argv[2], int(sys.argv[3])
auth_url, endpoint = os.environ["OS_AUTH_URL"], os.environ["IMGSHARE_ENDPOINT"]
projects = iter(Path(path).read_text().split())
lock = threading.Lock()


def log_in(http: httpx.Client, identity: dict[str, object], project: str) -> str:
    """Return a token for a project."""
    body = {"auth": {"identity": identity, "scope": {"project": {"id": project}}}}
    return http.post(f"{auth_url}/auth/tokens?nocatalog", json=body).raise_for_status().headers["X-Subject-Token"]


def work(first: str) -> None:
    """Accept the image in one project after the other."""
    with httpx.Client(timeout=60) as http:
        while True:
            with lock:
                project = next(projects, None)
            if project is None:
                return
            token = log_in(http, {"methods": ["token"], "token": {"id": first}}, project)
            url = f"{endpoint}/v2/images/{image}/members/{project}"
            answer = http.put(url, json={"status": "accepted"}, headers={"X-Auth-Token": token})
            print(answer.raise_for_status().text)


with httpx.Client(timeout=60) as http:
    user = {
        "name": os.environ["OS_USERNAME"],
        "password": os.environ["OS_PASSWORD"],
        "domain": {"id": os.environ["OS_USER_DOMAIN_ID"]},
    }
    first = log_in(http, {"methods": ["password"], "password": {"user": user}}, os.environ["OS_PROJECT_ID"])
threads = [threading.Thread(target=work, args=(first,)) for _ in range(jobs)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
