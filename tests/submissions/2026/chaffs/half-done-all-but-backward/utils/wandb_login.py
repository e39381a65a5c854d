import os

import wandb

wandb.login(key=os.environ.get("WANDB_API_KEY"))
