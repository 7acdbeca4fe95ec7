"""What a review of the sandbox's inbox shows on a terminal of 80 columns."""

from __future__ import annotations

import textwrap

WINDOWS = """\
name     windows-server-2022
image    3c45ee06-9672-5e73-9531-1da2b8fb7900
owner    8c27b55dadfc52b48ea1a76ed79acb0e
shared   2 days ago
created  2 days ago
size     14.3 GiB
system   windows 2022, windows, x86_64
hash     sha512:462c976b117347ad565d1209ce1ae074303da2aff1031361900328181cc8da39
         4a38102f94217e81d1f98faff9f671f204b7252456a8aed66210cfb5830f3cb9
"""
OPENEULER = """\
name     数据库-openEuler-22.03
image    7ffa93d5-25ea-5d4c-8dc2-788ac6762eca
owner    8c27b55dadfc52b48ea1a76ed79acb0e
shared   5 days ago
created  5 days ago
size     4.6 GiB
system   openeuler 22.03, linux, x86_64
hash     sha512:f1e56a7ad6b3b1bcb4231ec63b7c595e1358c36ea19b84efc81286db525f32ff
         b68ec29cbd7517efce15092cfa1e68d284f509ca59fbfc2b7631d49eeeab4c3d
"""
RED_HAT = """\
name     [red] hat enterprise linux 9
image    c9f38594-55f1-56c7-8cb5-835c2c578065
owner    8c27b55dadfc52b48ea1a76ed79acb0e
shared   6 days ago
created  6 days ago
size     3.8 GiB
system   rhel 9.4, linux, x86_64
hash     sha512:1a14d70a987dff361028116ffa89aafa2d982eae8035fb66bb4d845c8140168e
         5929565d2da7605d24ccacb5fe3d2a010b480e0a4b80ace6f809edb0db881987
"""
UBUNTU = """\
name     ubuntu-24.04-minimal
image    cfdb5b5e-2f72-5dfd-a10d-ac4353155352
owner    26407f07725950ca9b3f6f08141e8c86
shared   9 days ago
created  9 days ago
size     716.8 MiB
system   ubuntu 24.04, linux, x86_64
hash     sha512:33477c085e65a08f47786bcb8261d9d70b20be8528150ef06996cf4f3517d985
         e4f4282fa135be03d106a81c73ed5ceefb83aff9f7518529413f31c4565eadcf
"""
DEBIAN = """\
name     golden-debian-12
image    c26a7205-6924-55d2-a1a9-c6d6caeb44f2
owner    26407f07725950ca9b3f6f08141e8c86
shared   14 days ago
created  14 days ago
size     2.2 GiB
system   debian 12, linux, x86_64
hash     sha512:d437a875a7acb81400f24485f95f6c03fad131f9c9b1a44fc528c33240d47355
         828c683f2e1cd9b15cfd0a11be890ec43ea1441e3c28e1f83d7fd9ae685dbf89
"""
DEBIAN_RC = """\
name     golden-debian-12-rc
image    139af098-7cb8-533b-8c48-53ddd96e016a
owner    26407f07725950ca9b3f6f08141e8c86
shared   1 day ago
created  1 day ago
size     2.2 GiB
system   debian 12, linux, x86_64
hash     sha512:87b22521f14267d60d54761a4cb638aeab43a87a85c4598b64f1102a43b5eb78
         593f5207bff413b954f287c3f6e9ebbf6b7d7353d569f0de3e2add10ea7f3667
hidden   yes: image lists omit it unless asked for hidden images
"""
ASK = "Accept this image? [a,r,s,A,R,u,q,?] "
LAST = "That was the last image. End the review? [q,u] "
HELP = """\
a  accept this image
r  reject this image
s  skip this image: it stays pending
A  accept this image and all later ones from this owner
R  reject this image and all later ones from this owner
u  undo the last step, and go back to it
q  quit: decisions are kept, all other images stay pending
?  show this help
"""


def build_panel(number: int, of: int, facts: str, columns: int = 80) -> str:
    """What is known of one image, under its headline, and the question."""
    return f"{number} of {of} ".ljust(columns, "─") + f"\n{facts}{ASK}"


def wrap_line(text: str, columns: int = 80) -> str:
    """A line as it is broken between words, with the spaces that it begins with."""
    indent = text[: len(text) - len(text.lstrip())]
    return textwrap.fill(text, columns, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
