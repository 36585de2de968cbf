"""Harmless attempts to change something outside of the workspace: each would leave a marker where it came through.

`{out}` is a folder outside with the file `victim` and the folders `sub` and `empty`, `{ws}` the workspace.
"""

from collections.abc import Mapping
from types import MappingProxyType

_SHELL = {
    "write": "echo x > '{out}/new'",
    "append": "echo x >> '{out}/victim'",
    "truncate": ": > '{out}/victim'",
    "rename away": "mv '{out}/victim' '{ws}/taken'",
    "rename in": "echo x > '{ws}/mine'; mv '{ws}/mine' '{out}/mine'",
    "rename inside": "mv '{out}/victim' '{out}/moved'",
    "hard link": "ln '{out}/victim' '{out}/hard'",
    "symbolic link": "ln -s /etc '{out}/soft'",
    "chmod": "chmod 777 '{out}/victim'",
    "mkdir": "mkdir '{out}/folder'",
    "remove": "rm -f '{out}/victim'",
    "rmdir": "rmdir '{out}/empty'",
    "time": "touch -d 2001-01-01 '{out}/victim'",
}
_PYTHON = {
    "write": "open('{out}/new','w').write('x')",
    "append": "open('{out}/victim','a').write('x')",
    "truncate": "os.truncate('{out}/victim',0)",
    "rename away": "os.rename('{out}/victim','{ws}/taken')",
    "rename in": "open('{ws}/mine','w'); os.rename('{ws}/mine','{out}/mine')",
    "rename inside": "os.rename('{out}/victim','{out}/moved')",
    "hard link": "os.link('{out}/victim','{out}/hard')",
    "symbolic link": "os.symlink('/etc','{out}/soft')",
    "chmod": "os.chmod('{out}/victim',0o777)",
    "mkdir": "os.mkdir('{out}/folder')",
    "remove": "os.unlink('{out}/victim')",
    "rmdir": "os.rmdir('{out}/empty')",
    "time": "os.utime('{out}/victim',(1,1))",
}
_PERL = {
    "write": 'open(F,">","{out}/new") and print F "x"',
    "append": 'open(F,">>","{out}/victim") and print F "x"',
    "truncate": 'truncate("{out}/victim",0)',
    "rename away": 'rename("{out}/victim","{out}/sub/taken")',
    "rename in": 'symlink("x","{out}/mine")',
    "rename inside": 'rename("{out}/victim","{out}/moved")',
    "hard link": 'link("{out}/victim","{out}/hard")',
    "symbolic link": 'symlink("/etc","{out}/soft")',
    "chmod": 'chmod(0777,"{out}/victim")',
    "mkdir": 'mkdir("{out}/folder")',
    "remove": 'unlink("{out}/victim")',
    "rmdir": 'rmdir("{out}/empty")',
    "time": 'utime(1,1,"{out}/victim")',
}
DIRECT: Mapping[str, str] = MappingProxyType(
    {
        **{f"sh: {name}": text for name, text in _SHELL.items()},
        **{f"python3: {name}": f'python3 -c "import os; {text}"' for name, text in _PYTHON.items()},
        **{f"perl: {name}": f"perl -e '{text}'" for name, text in _PERL.items()},
        "redirect both": "echo x &> '{out}/new'",
        "redirect over noclobber": "set -C; echo x >| '{out}/victim'",
        "redirect for both ways": "exec 9<> '{out}/new'",
        "redirect from a loop": "for i in 1 2; do echo $i; done > '{out}/new'",
        "here-document": "cat > '{out}/new' <<END\nx\nEND",
        "process substitution": "echo x > >(cat > '{out}/new'); wait; sleep 0.01",
        "in the background": "(echo x > '{out}/new') & wait",
        "tee": "echo x | tee -a '{out}/victim'",
        "dd": "dd if=/dev/zero of='{out}/new' bs=1 count=1",
        "cp": "cp /etc/hostname '{out}/new'",
        "install": "install -m 600 /etc/hostname '{out}/new'",
        "sed": "sed -i s/a/b/ '{out}/victim'",
        "truncate": "truncate -s 0 '{out}/victim'",
        "mktemp": "mktemp -p '{out}'",
        "find": "find '{out}' -name victim -delete",
        "xargs": "echo '{out}/new' | xargs touch",
        "tar": "tar cf '{out}/new' /etc/hostname",
        "git": "git init -q '{out}/sub'",
        "through a link": "ln -s '{out}' '{ws}/link'; echo x > '{ws}/link/new'",
        "through cd": "cd '{out}'; echo x > new",
        "as another": "env -i bash -c \"echo x > '{out}/new'\"",
        "detached": "setsid -w sh -c \"echo x > '{out}/new'\"",
    }
)
"""What does change something where there is no sandbox."""

ALTERING = tuple(f"{program}: {name}" for program in ("sh", "python3", "perl") for name in ("chmod", "time"))
"""What Landlock has no right for, so that it comes through there: mode and times of a file, never what it holds."""

_REMOUNT = (
    "import ctypes; l=ctypes.CDLL(None); l.unshare(0x10020000); l.mount(None,b'/',None,0x1020,None); "
    "l.mount(None,b'{out}',None,0x1020,None); open('{out}/new','w')"
)
DEVIOUS: Mapping[str, str] = MappingProxyType(
    {
        "root of the first process": "echo x > '/proc/1/root{out}/new'",
        "root of the shell": 'echo x > "/proc/$$/root{out}/new"',
        "own root": "echo x > '/proc/self/root{out}/new'",
        "folder of the first process": "cd /proc/1/cwd && echo x > '../../../../../../../..{out}/new'",
        "descriptors of the first process": "for f in /proc/1/fd/*; do echo x > $f/new; done; ls '{out}'/new",
        "remount": "mount -o remount,rw / ; echo x > '{out}/new'",
        "remount of a bind": "mount -o remount,rw,bind / ; echo x > '{out}/new'",
        "bind": "mount --bind '{out}' '{ws}' && echo x > '{ws}/new'; echo x > '{out}/new'",
        "unmount": "umount -l / ; umount -l /tmp; echo x > '{out}/new'",
        "own namespaces": "unshare -Urm sh -c \"mount -o remount,rw,bind /; echo x > '{out}/new'\"",
        "own mounts": "unshare -m sh -c \"mount -o remount,rw /; echo x > '{out}/new'\"",
        "system calls": f'python3 -c "{_REMOUNT}"',
        "sandbox in the sandbox": "bwrap --bind / / touch '{out}/new'",
        "namespaces of the first process": "nsenter -t 1 -m touch '{out}/new'",
        "another root": "chroot /proc/1/root touch '{out}/new'",
        "another person": "su -c \"touch '{out}/new'\"; sudo -n touch '{out}/new'",
        "core pattern": "v=$(cat /proc/sys/kernel/core_pattern); echo \"$v\" > /proc/sys/kernel/core_pattern && touch '{ws}/through'",
        "address space": "f=/proc/sys/kernel/randomize_va_space; v=$(cat $f); echo $v > $f && touch '{ws}/through'",
        "cgroup": "mkdir /sys/fs/cgroup/pids/through && rmdir /sys/fs/cgroup/pids/through && touch '{ws}/through'",
        "device": "mknod '{ws}/disk' b 254 0 && head -c 1 '{ws}/disk' && touch '{ws}/through'",
        "kill one outside": "kill -9 {pid}",
        "kill one outside by its group": "kill -9 -- -{pid}",
        "kill from python": 'python3 -c "import os; os.kill({pid}, 9)"',
        "kill all": "trap '' TERM; kill -TERM -1",
        "kill by name": "pkill -9 -f '{word}'",
    }
)
"""What would come through only where a sandbox is a poor one; what cannot show outside makes `{ws}/through`."""

DECIDING: Mapping[str, str] = MappingProxyType(
    {
        "hook": "echo x > '{ws}/.git/hooks/pre-commit'",
        "settings of git": "git -C '{ws}' config core.fsmonitor /bin/true",
        "another .git": "mv '{ws}/.git' '{ws}/old'; mkdir -p '{ws}/.git/hooks'; echo x > '{ws}/.git/hooks/post-commit'",
        "no .git": "rm -rf '{ws}/.git/hooks'",
        "servers": "echo x > '{ws}/.mcp.json'",
        "servers anew": "rm '{ws}/.mcp.json'; echo x > '{ws}/.mcp.json'",
        "servers by a rename": "echo x > '{ws}/m'; mv -f '{ws}/m' '{ws}/.mcp.json'",
        "own settings": "echo x > '{ws}/.heartbit/config.toml'",
        "own folder": "mv '{ws}/.heartbit' '{ws}/h'; mkdir '{ws}/.heartbit'; echo x > '{ws}/.heartbit/config.toml'",
        "editor": "echo x > '{ws}/.vscode/tasks.json'",
    }
)
"""Inside the workspace, what decides what runs outside of the sandbox."""
