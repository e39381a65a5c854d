"""Where a submission runs: a process of its own, shut in as far as this machine can.

levels.py says which levels there are and which work here, zygote.py starts and watches the processes, usage.py keeps
account of a worker, folders.py lays out what it sees, bubblewrap.py and needs.py are what the stricter levels take.
What the fences themselves are made of runs in the worker, and so lies in grader/worker/.
"""

from grader.isolation.folders import make_read_only as make_read_only
from grader.isolation.folders import visible_data as visible_data
from grader.isolation.levels import LEVELS as LEVELS
from grader.isolation.levels import Level as Level
from grader.isolation.levels import choose as choose
from grader.isolation.usage import Limits as Limits
from grader.isolation.usage import Process as Process
from grader.isolation.usage import Used as Used
from grader.isolation.users import choose_for_strangers as choose_for_strangers
from grader.isolation.zygote import WorkerLost as WorkerLost
from grader.isolation.zygote import Zygote as Zygote
from grader.isolation.zygote import start as start
