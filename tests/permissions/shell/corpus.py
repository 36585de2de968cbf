"""Ordinary command lines with which an agent looks around in a project."""

READ_ONLY: tuple[str, ...] = tuple(
    """\
ls
ls -la
ls -la src
ls -R src | head -50
ls src/*.py
ls -lh --color=never
ls -1 | wc -l
ls -lt | head
ls src tests docs
ls -d */
pwd
pwd && ls
cd src && ls
cd src && pwd && ls -la
cat README.md
cat -n src/main.py
cat src/a.py src/b.py
cat package.json | head -40
cat pyproject.toml | grep -A5 dependencies
cat src/main.py | sed -n '10,40p'
cat Makefile 2>/dev/null
cat setup.cfg 2>/dev/null || cat setup.py
head README.md
head -20 README.md
head -n 20 src/main.py
head -c 200 data.bin
head -n 5 src/*.py
tail -5 CHANGELOG.md
tail -n 100 logs/app.log
tail -n +20 src/main.py | head -30
tail -50 build.log | grep -i error
wc -l src/main.py
wc -l src/*.py
wc -l src/*.py | tail -1
wc -c README.md
nl -ba src/main.py | sed -n 20,40p
sed -n 1,20p src/main.py
sed -n '100,150p' src/main.py
sed -n '5p' README.md
sed -n '1,10p;20,30p' README.md
sed -n '$p' README.md
stat README.md
stat -c '%s %n' README.md
file README.md
file src/*
file -b logo.png
du -sh .
du -sh src tests
du -h --max-depth=1 .
du -h -d 1 | sort -h
df -h .
tree
tree -L 2
tree -L 3 -I 'node_modules|dist'
tree -d src
find . -name '*.py'
find . -name "*.ts" -type f
find src -type f -name '*.py' | head -20
find . -type d -name tests
find . -maxdepth 2 -type f
find . -name '*.md' -not -path './node_modules/*'
find . -path ./node_modules -prune -o -name '*.js' -print
find . -type f -size +1M
find . -name '*.py' -newer README.md
find . -mtime -1 -type f
find . \\( -name '*.c' -o -name '*.h' \\) -print
find . -type f | wc -l
find src -name '*.py' -exec grep -l foo {} +
find . -name '*.py' | xargs wc -l
find . -iname '*test*' 2>/dev/null | sort
find . -empty
grep foo README.md
grep -n foo src/main.py
grep -rn foo src
grep -rn "def main" src --include=*.py
grep -rn 'TODO\\|FIXME' src
grep -rnE 'class \\w+' src
grep -ri error logs | head -20
grep -rl "import os" src | sort
grep -c foo README.md
grep -v '^#' config.ini
grep -A 3 -B 2 foo src/main.py
grep -n -C5 'foo' src/main.py
grep -o 'v[0-9.]*' README.md | sort -u
grep -rn foo . --exclude-dir=node_modules --exclude-dir=.git
grep -w foo src/main.py
grep -rnw src -e foo
grep -q foo README.md && echo found
grep -q foo README.md || echo missing
grep -rn "foo" src | cut -d: -f1 | sort | uniq -c | sort -rn
grep "^version" pyproject.toml
grep -P '\\d+' README.md
egrep 'a|b' README.md
fgrep 'a.b' README.md
rg foo
rg -n foo src
rg -i foo -g '*.py'
rg --files
rg --files | head -50
rg --files -g '*.py' | wc -l
rg -l foo | sort
rg -t py 'def \\w+'
rg -C 3 foo src/main.py
rg -c foo
rg 'foo|bar' src tests
rg -w foo --no-heading
rg -uu foo
git status
git status -s
git status --short
git status --porcelain
git status -sb
git log
git log --oneline
git log --oneline -10
git log --oneline -n 20
git log --oneline --graph --all
git log -1
git log -3 --stat
git log -p -2
git log --author=someone
git log --since='2 weeks ago'
git log --format='%h %s' -5
git log --pretty=format:'%h %an %s' | head
git log main..HEAD
git log main..HEAD --oneline
git log -- src/main.py
git log --follow -p src/main.py
git log -S foo --oneline
git log --grep=fix --oneline
git log -L 10,20:src/main.py
git --no-pager log -5
git --no-pager diff
git diff
git diff HEAD
git diff --cached
git diff --staged
git diff --stat
git diff HEAD~1
git diff main...HEAD
git diff main -- src
git diff --name-only
git diff --name-status main
git diff --name-only HEAD~3..HEAD
git diff -U10 src/main.py
git diff --word-diff
git diff | head -100
git diff --check
git diff --shortstat
git show
git show HEAD
git show HEAD --stat
git show HEAD:src/main.py
git show abc1234
git show --name-only HEAD
git show HEAD~2 -- src/main.py
git branch
git branch -a
git branch -vv
git branch --show-current
git branch --list 'feature/*'
git branch --contains HEAD
git branch -r
git tag
git tag -l
git tag --sort=-creatordate | head
git remote -v
git remote
git remote get-url origin
git stash list
git stash show -p
git rev-parse HEAD
git rev-parse --abbrev-ref HEAD
git rev-parse --show-toplevel
git rev-parse --short HEAD
git ls-files
git ls-files | head -50
git ls-files '*.py'
git ls-files --others --exclude-standard
git ls-tree -r HEAD --name-only
git blame src/main.py
git blame -L 10,20 src/main.py
git describe --tags
git describe --tags --always --dirty
git shortlog -sn
git reflog
git reflog show -5
git merge-base main HEAD
git grep foo
git grep -n foo -- '*.py'
git cat-file -p HEAD
git config --get user.name
git config user.email
git worktree list
git count-objects -vH
git rev-list --count HEAD
git check-ignore -v build
git diff --stat && git status
git log --oneline -5 && git status -s
git status && git diff
echo hello
echo "hello world"
echo $HOME
echo $PWD
echo "---" && ls
echo $?
echo "a: $(wc -l < README.md)"
printf '%s\\n' a b
true
date
date +%Y-%m-%d
date -u
date '+%s'
whoami
id
id -u
uname -a
uname -s
hostname
which python
which node npm
command -v python3
type ls
nproc
uptime
free -h
python --version
python3 --version
node --version
node -v
npm --version
npm -v
cargo --version
go version
git --version
java -version
ruff --version
make --version
diff a.txt b.txt
diff -u a.txt b.txt
diff -r src old
diff <(sort a.txt) <(sort b.txt)
cmp a.bin b.bin
comm -12 a.txt b.txt
md5sum README.md
sha256sum dist/*
sort names.txt
sort -u names.txt
sort names.txt | uniq -c | sort -rn | head -5
sort -t, -k2 -n data.csv
cut -d, -f1 data.csv | sort | uniq
cut -c1-80 README.md
tr a-z A-Z < README.md
cat data.csv | tr -d '\\r' | head
paste a.txt b.txt
column -t data.txt
jq . package.json
jq '.scripts' package.json
jq -r '.dependencies | keys[]' package.json
cat package.json | jq -r .version
basename src/main.py
dirname src/main.py
realpath src
readlink -f src
test -f README.md && echo yes
test -d src || echo no
[ -f README.md ] && echo yes || echo no
[ -d node_modules ] && ls node_modules | head
[[ -f Makefile ]] && cat Makefile
if [ -f go.mod ]; then cat go.mod; fi
for f in a b c; do echo $f; done
for f in src/*.py; do wc -l "$f"; done
while read -r line; do echo "$line"; done < README.md
seq 1 10
xxd logo.png | head -5
od -c data.bin | head
hexdump -C data.bin | head -20
strings data.bin | head
base64 README.md | head -2
(cd src && ls)
{ ls; pwd; }
ls; pwd; date
ls && cat README.md || true
ls -la 2>/dev/null
ls nothing 2>&1 | head -5
LC_ALL=C sort names.txt
NO_COLOR=1 git diff
TZ=UTC date
timeout 10 grep -rn foo src
time ls
ps aux | head
env | grep PATH
printenv PATH
awk '{print $1}' data.txt
awk -F, 'NR<5' data.csv
less README.md
tac README.md | head
rev names.txt
fold -w 80 README.md
expr 1 + 2
ls -la src | grep -v pyc
bash -c 'ls -la'
cat a.txt | sort | uniq | wc -l""".splitlines()
)
