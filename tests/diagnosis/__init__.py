"""Why a request was refused."""
