"""IMS, the image service of Huawei-style clouds, and what is beside it: vaults, jobs and access keys."""
