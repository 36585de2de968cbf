"""The first page of help, in the order in which a newcomer needs it."""

HELP = """\
heartbit - a coding agent for the terminal

  heartbit                           the screen: a conversation in this directory
  heartbit "TASK"                    the same, beginning with a task
  heartbit -p "TASK"                 without a screen: the answer on stdout
  heartbit chat                      a conversation, line by line
  git diff | heartbit -p "review"    with something to read

Without a key: heartbit --demo

commands
  run "TASK"         do a task, from start to end
  chat               a conversation, with approvals by single keys
  view FILE|ID       see a run again on the screen: play, pause, step, jump
  undo, redo         go back to before a prompt or call: chat, files or both; forward again
  sessions           list, search, show, rename, fork, delete, export, import,
                     prune, repair, disk, context
  memory             list, search, show, pin, edit, forget, import, export, why, stats,
                     meditate, drafts, merged
  config             explain: each setting and where it came from; path
  auth               login, logout, status: keys of model services; token: for the daemon
  trust              list, add, diff, remove: directories whose own settings count
  permissions        list, revoke: rules learned from approvals; test: what would be decided
  audit              list, show, export, verify: what was decided and done
  knowledge          index, search, stats: documents that the agent looks things up in
  schedule           list, add, remove, run, next, pause, resume: tasks that are done at set
                     times
  skills             list, lint, why, new: instructions for kinds of tasks
  heartbeat          list, new, run, pause, resume, why, import: files that are done again
                     and again
  inbox              list, show, done, restore, accept, refuse, answer: what came of work
                     that nobody watched
  mcp                list, add, remove, test, login, logout, approve, refuse, serve:
                     servers of tools
  lsp                list, check: language servers, and what they say of files
  a2a                list, card: agents of others
  plugins            list: what installed packages bring
  import PEER        take over what was set up for claude, codex, gemini, opencode or vibe
  daemon             does tasks that come over HTTP, at set times and by themselves;
                     install, uninstall, status, logs
  submit, status, result, approve, attach, cancel
                     tasks of a daemon
  workflow           list, show, run: agents and commands put together step by step
  eval               run, list, compare, new: tasks, how well they are done, at what cost
  bench              measure heartbit, and other agents here, on this machine
  acp                for editors that speak the Agent Client Protocol, such as Zed
  models             list models whose prices are known
  cost               tell what models cost by day
  stats              tell in figures what was done, and how long it took
  privacy            tell every host that could be contacted, and why
  doctor             find out what is missing
  gc                 remove what undo does not need any more
  completions        for bash, zsh, fish
  help COMMAND       all flags of a command

most used flags
  -c, --continue               go on with the last session of this directory
  --resume ID                  go on with another one (--fork: in a copy)
  --permission-mode MODE       ask, accept-edits, plan, auto, yolo
  --allow RULE, --deny RULE    such as --allow 'bash(make test)'
  --output-format FORMAT       text, json, stream-json
  --max-turns N, --max-cost USD, --max-tokens N, --timeout SECONDS
  --provider NAME, --model NAME, --effort LEVEL
  --cwd DIR, --config FILE, --image FILE, -o FILE, -v
  -V, --version

examples
  heartbit -p "why does tests/test_sum.py fail?"
  heartbit -c -p "now mend it" --permission-mode accept-edits
  heartbit -p "which files define routes?" --output-format json | jq -r .result

By default heartbit reads inside the project without asking and asks before it changes or runs
anything; headless, an ask is denied and reported. `heartbit help run` shows every flag.
"""
