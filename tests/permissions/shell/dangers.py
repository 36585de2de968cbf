"""Command lines that must never pass unasked, and the places in which a shell runs a command."""

DANGERS: tuple[str, ...] = (
    *("rm -rf src", "rm x", "mv a b", "cp a b", "dd if=/dev/zero of=x", "chmod 777 x", "chown root x", "ln -s / x"),
    *("git push --force", "git commit -m x", "git checkout .", "git reset --hard", "git clean -fdx", "git config a b"),
    *("git -c core.pager=x log", "git log --output=x", "git diff --ext-diff", "git diff --no-index a b", "git log -Ox"),
    *("git grep -Ox y", "git --exec-path=x log", "git fetch --upload-pack=x", "git branch new", "git branch -D old"),
    *("git tag new", "git stash", "git remote add a b", "git reflog expire --all", "git -C .. log", "git log --outp=x"),
    *("curl https://a.example", "wget https://a.example", "nc a 1", "ssh a", "scp a b:", "rsync a b", "tee x"),
    *("sort -o x y", "sort --output=x y", "sort --outp=x y", "sort --compress-program=x y", "sort --compress-prog x y"),
    *("find . -delete", "find . -exec rm x +", "find . -fprint x", "find . -ok rm x", "find . -fls x", "tree -o x"),
    *("sed -i s/a/b/ x", "sed -n 'w x' y", "sed 1e y", "sed -n '1w x' y", "sed -n 1p -i x", "awk 1 x", "tar xf x"),
    *("tar cf x --checkpoint=1 --checkpoint-action=exec=sh y", "rg --pre x y", "rg --pr x y", "rg -z x", "file -m x y"),
    *("rg --hostname-bin x y", "file -C -m x", "date -s x", "date --set=x", "date 010101", "man -P x y", "less x"),
    *("uniq a b", "xxd a b", "jq -f x y", "jq env x", "jq 'import \"a\" as b; 1' x", "printf -v a b", "hostname x"),
    *("python x.py", "python3 -c 1", "node -e 1", "perl -e 1", "ruby x", "npx x", "uvx x", "make", "npm install"),
    *("bash x.sh", "sh x.sh", "source x", ". x", "eval ls$x", "exec x", "trap x EXIT", "alias ls=rm", "export A=b"),
    *("docker run x", "kubectl delete x", "sudo ls", "env ls", "xargs rm", "kill 1", "reboot", "crontab x", "at now"),
    *(
        "./ls",
        "/tmp/cat x",
        "~/bin/ls",
        "test -v 'a[$x]'",
        "unset PATH",
        "printenv",
        "touch x",
        "mkdir x",
        "truncate x",
    ),
)
SECRETS: tuple[str, ...] = (
    *("~/.ssh/id_rsa", "~/.aws/credentials", ".env", ".env.local", "/proc/self/environ", "/proc/1/environ", "a.pem"),
    *("id_rsa", "/etc/passwd", "/etc/shadow", "../x", "src/../../x", "~/x", "/root/.bashrc", "~root/x", "/", ".."),
    *("server.key", "$HOME/x", "./../x", "secrets.json", ".npmrc", "{/etc/passwd,x}", "/dev/tcp/a/1"),
)
READERS: tuple[str, ...] = (
    *("cat {}", "head -n 5 {}", "tail {}", "grep x {}", "wc {}", "sort {}", "diff {} a", "sed -n 1p {}", "stat {}"),
    *("cut -f1 {}", "nl {}", "od {}", "git diff {}", "rg x {}", "ls {}", "cat < {}", "find {}", "jq . {}", "file {}"),
    *("git log -- {}", "md5sum {}", "cat -- {}", "timeout 5 cat {}", "bash -c 'cat {}'", "strings {}", "base64 {}"),
)
PLACES: tuple[str, ...] = (
    *("{}", "ls; {}", "ls && {}", "ls || {}", "ls | {}", "{} | cat", "{} & ls", "ls\n{}", "({})", "{{ {}; }}", "! {}"),
    *("if {}; then ls; fi", "if ls; then {}; fi", "if ls; then pwd; else {}; fi", "while {}; do ls; done"),
    *(
        "until ls; do {}; done",
        "for a in b; do {}; done",
        "case a in a) {};; esac",
        "f() {{ {}; }}; f",
        "ls | (cat; {})",
    ),
    *("time {}", "ls &\n{}", "for ((i=0;i<2;i++)); do {}; done", "select a in b; do {}; done", "ls # x\n{}"),
    *("cat <<'E'\nx\nE\n{}", "cat <<E | ls\nx\nE\n{}", "ls 2>/dev/null; {}", "[ -f x ] && {}", "[[ -f x ]] && {}"),
    *(
        "cd src && {}",
        "coproc {}",
        "LANG=C {}",
        "X=1 {}",
        "{} > /dev/null",
        "{} 2>&1 | head",
        "nohup {}",
        "timeout 9 {}",
    ),
)
SUBSTITUTED: tuple[str, ...] = (
    *("echo $({})", 'echo "$({})"', "echo `{}`", "diff <({}) x", "echo ${{x:-$({})}}", "echo $(( $({}) ))"),
    *("cat <<E\n$({})\nE", "cat <<< $({})", "[[ $({}) ]]", "[ -n $({}) ]", "a=$({})", "a=(1 $({}))", "a[$({})]=1"),
    *("ls > $({})", "ls < $({})", "for a in $({}); do ls; done", "case $({}) in a) ls;; esac", 'echo "${{x:-$({})}}"'),
    *("LANG=$({}) ls", "echo a$({})b", 'echo "a`{}`b"', "export A=$({})", "echo $(echo $({}))", "ls $({})", "$({})"),
    *("cat >({})", "echo ${{a[$({})]}}", "echo ${{x/$({})/b}}", "printf %s $({})", "(( $({}) ))", "test -n $({})"),
    *('bash -c "$({})"',),
)
WRAPPERS: tuple[str, ...] = (
    *("sudo", "doas", "env", "timeout 5", "nohup", "xargs", "nice -n 3", "stdbuf -o0", "watch", "setsid", "flock f"),
    *("strace", "exec", "command", "time", "chroot /", "unshare -r", "ionice -c3", "builtin"),
)


def quoted(command: str) -> tuple[str, ...]:
    """The command with its name written in every way that a shell reads alike."""
    name, space, rest = command.partition(" ")
    if not name.isalnum():
        return (command,)
    first, others = name[0], name[1:]
    ansi = "".join(f"\\x{ord(char):02x}" for char in name)
    forms = (
        *(
            name,
            f'"{name}"',
            f"'{name}'",
            f"{first}''{others}",
            f'{first}"{others}"',
            f"\\{name}",
            f"{first}\\\n{others}",
        ),
        *(f"$'{ansi}'", f"/bin/{name}", f"{first}\\{others}" if others else name),
    )
    return tuple(f"{form}{space}{rest}" for form in dict.fromkeys(forms))
