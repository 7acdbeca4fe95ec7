"""The bare loop that `list` is measured against: the same pages, read with httpx and printed."""

import json
import os
import sys

import httpx

[project] = sys.argv[1:]
headers = {"X-Auth-Token": os.environ["IMGSHARE_TOKEN"]}
with httpx.Client(base_url=os.environ["IMGSHARE_ENDPOINT"], headers=headers, timeout=60) as http:
    for hidden in ("false", "true"):
        query = {"visibility": "shared", "member_status": "pending", "os_hidden": hidden, "limit": "1000"}
        while True:
            page = http.get("/v2/images", params=query).raise_for_status().json()
            for image in page["images"]:
                if image["owner"] != project:
                    print(json.dumps(image))
            if "next" not in page:
                break
            query["marker"] = page["images"][-1]["id"]
