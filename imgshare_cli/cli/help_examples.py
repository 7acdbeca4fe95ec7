"""The examples at the end of each command's help; in `imgshare sandbox` most of them work as they are."""

from __future__ import annotations

EXAMPLES = {
    "imgshare": (
        ("Try it without a cloud", "imgshare sandbox -- imgshare list"),
        ("See what is shared with your project, and decide", "imgshare list\n  imgshare accept golden-debian-12"),
        ("Read about one command", "imgshare help accept"),
    ),
    "imgshare list": (
        ("List the images that wait for your decision", "imgshare list"),
        (
            "List what one project shared in the last week",
            "imgshare list --owner 26407f07725950ca9b3f6f08141e8c86 --newer-than 7d",
        ),
        (
            "List images whose names begin with golden-, the largest first",
            "imgshare list --status all --name 'golden-*' --sort size:desc",
        ),
        ("Print the IDs of old pending images", "imgshare list --older-than 30d --quiet"),
    ),
    "imgshare review": (
        ("Decide about all pending images", "imgshare review"),
        (
            "Decide about the images of one owner",
            "imgshare review --owner 26407f07725950ca9b3f6f08141e8c86",
        ),
    ),
    "imgshare accept": (
        ("Accept an image for your project", "imgshare accept golden-debian-12"),
        (
            "Accept it only if this project owns it",
            "imgshare accept golden-debian-12 --owner 26407f07725950ca9b3f6f08141e8c86",
        ),
        ("Wait until an image is shared", "imgshare accept golden-debian-12 --wait 5m"),
        (
            "Accept all pending images of one project",
            "imgshare accept --all --owner 26407f07725950ca9b3f6f08141e8c86 --yes",
        ),
        ("Accept the images of a list", "imgshare list --older-than 7d --json | imgshare accept --from -"),
    ),
    "imgshare reject": (
        ("Reject an image for your project", "imgshare reject windows-server-2022"),
        ("Reject it, and print the share as JSON", "imgshare reject windows-server-2022 --json"),
    ),
    "imgshare reset": (("Make an accepted image pending again", "imgshare reset golden-ubuntu-22.04"),),
    "imgshare show": (
        ("Show what your project decided about an image", "imgshare show golden-debian-12"),
        ("Show a share by ID, as JSON", "imgshare show c26a7205-6924-55d2-a1a9-c6d6caeb44f2 --json"),
    ),
    "imgshare vaults": (
        ("List the backup vaults of your project", "imgshare vaults"),
        ("Print them as JSON", "imgshare vaults --json"),
    ),
    "imgshare rules": (("Check the rules beside the config file", "imgshare rules check"),),
    "imgshare rules check": (
        ("Check the rules beside the config file", "imgshare rules check"),
        ("Print what was understood as JSON", "imgshare rules check --json"),
    ),
    "imgshare plan": (
        ("Show what the rules would do with the pending images, and why", "imgshare plan"),
        ("Show it for what has been decided as well", "imgshare plan --status all"),
        ("Find out in a script whether there is something to do", "imgshare plan --detailed-exitcode"),
        ("Save it, to do exactly that later", "imgshare plan --out plan.jsonl"),
    ),
    "imgshare apply": (
        ("Show what the rules would do, and do it after a question", "imgshare apply"),
        ("Do it in a script, with an outcome for each image", "imgshare apply --yes --json"),
        ("Do exactly what a saved plan says", "imgshare apply plan.jsonl --yes"),
    ),
    "imgshare watch": (
        ("See what arrives", "imgshare watch"),
        (
            "Print the names of golden images",
            "imgshare watch --name 'golden-*' | jq --unbuffered .name",
        ),
    ),
    "imgshare log": (
        ("Show what was decided in the last week", "imgshare log --since 7d"),
        ("Show who decided about an image", "imgshare log --image golden-debian-12 --json"),
        ("Take back what was decided in the last hour", "imgshare log --since 1h --json | imgshare reset --from -"),
    ),
    "imgshare verify": (
        ("Check what was accepted from this machine", "imgshare verify"),
        ("Check it on another one, against the rules alone", "imgshare verify --no-log"),
        (
            "Make pending again what has other data now",
            "imgshare verify --finding hash_changed --json | imgshare reset --from -",
        ),
    ),
    "imgshare members": (
        ("List the projects that an image is shared with", "imgshare members my-build-agent"),
        ("List those that have not decided", "imgshare members my-build-agent --status pending"),
    ),
    "imgshare share": (
        (
            "Share one of your images with a project",
            "imgshare share my-build-agent 26407f07725950ca9b3f6f08141e8c86",
        ),
        (
            "See what a batch would do",
            "imgshare share my-build-agent --to 26407f07725950ca9b3f6f08141e8c86 --dry-run",
        ),
    ),
    "imgshare unshare": (
        (
            "Stop sharing an image with a project",
            "imgshare unshare my-build-agent 26407f07725950ca9b3f6f08141e8c86",
        ),
    ),
    "imgshare audit": (
        ("See who has your images, and what is wrong with that", "imgshare audit"),
        (
            "Stop sharing with projects that no longer exist",
            "imgshare audit --finding dead --json | imgshare unshare --from -",
        ),
        ("List what has waited for a decision for a week", "imgshare audit --finding stale --older-than 7d"),
    ),
    "imgshare login": (
        ("Log in with an entry of clouds.yaml", "imgshare login --cloud otc"),
        (
            "Log in with a password, which it asks for",
            "imgshare login --auth-url https://keystone.example.com/v3 --username alice",
        ),
        (
            "Log in with an access key of Open Telekom Cloud",
            "imgshare login --access-key AKIDEXAMPLE0000000AB --region eu-de",
        ),
        (
            "Store a token that a file contains",
            "imgshare login --endpoint https://image.example.com < token.txt",
        ),
    ),
    "imgshare logout": (
        ("Remove the stored token", "imgshare logout"),
        ("Remove that of another profile", "imgshare logout --profile otc"),
    ),
    "imgshare status": (
        ("Show who you are to the service", "imgshare status"),
        ("Print it as JSON", "imgshare status --json"),
    ),
    "imgshare config": (
        ("Use another endpoint", "imgshare config set endpoint https://image.example.com"),
        ("Show all settings", "imgshare config list"),
    ),
    "imgshare config path": (("Show where the config file is", "imgshare config path"),),
    "imgshare config list": (
        ("Show all settings", "imgshare config list"),
        ("Print them as JSON", "imgshare config list --json"),
    ),
    "imgshare config get": (
        ("Show the endpoint of the default profile", "imgshare config get endpoint"),
        ("Show the project ID of another profile", "imgshare config get profiles.otc.project_id"),
    ),
    "imgshare config set": (
        ("Wait longer for slow services", "imgshare config set timeout 60"),
        ("Name an owner", "imgshare config set owners.platform 26407f07725950ca9b3f6f08141e8c86"),
    ),
    "imgshare config unset": (
        ("Use the default again", "imgshare config unset timeout"),
        ("Remove a whole profile", "imgshare config unset profiles.otc"),
    ),
    "imgshare sandbox": (
        ("Run one command in a sandbox", "imgshare sandbox -- imgshare list"),
        ("Work in a sandbox until you leave its shell", "imgshare sandbox -- bash"),
        ("Serve on a fixed port, with 1,000 more images", "imgshare sandbox --port 9292 --images 1000"),
        ("Try what Huawei-style clouds do differently", "imgshare sandbox --flavor ims -- bash"),
    ),
    "imgshare completion": (
        (
            "Complete in bash from the next shell on",
            "imgshare completion bash > ~/.local/share/bash-completion/completions/imgshare",
        ),
    ),
    "imgshare help": (
        ("Show all commands", "imgshare help"),
        ("Show the help of one command", "imgshare help accept"),
        ("Show the help of a command within a command", "imgshare help config set"),
    ),
}
