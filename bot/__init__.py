"""AI Review: a self-hosted GitHub App that reviews pull requests with a panel of reviewers."""
