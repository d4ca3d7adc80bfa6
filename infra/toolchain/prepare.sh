# Sourced by ./parley with $root set. Leaves $node, and Node and pnpm in PATH; installs only what is
# missing or out of date. Everything is checked against hashes in the two lockfiles.
case $(uname -m) in
  x86_64 | amd64) arch=x64 ;;
  aarch64 | arm64) arch=arm64 ;;
  *) echo "parley: no Node for $(uname -m); x86-64 and arm64 Linux are supported" >&2 && exit 1 ;;
esac
tools=$root/infra/toolchain
node=$tools/node_modules/node-linux-$arch/bin/node
pnpm=$tools/node_modules/@pnpm/exe.linux-$arch/pnpm
PATH=$(dirname "$node"):$(dirname "$pnpm"):$PATH
export PATH

fail() {
  echo "parley: $*" >&2
  exit 1
}

tools_current() { cmp -s "$tools/package-lock.json" "$tools/node_modules/.installed"; }
packages_current() { cmp -s "$root/pnpm-lock.yaml" "$root/node_modules/.installed"; }
client=$root/packages/db/src/generated
schema() { cat "$root"/packages/db/prisma/*.prisma | cksum; }
client_current() { [ "$(schema)" = "$(cat "$client/.installed" 2>/dev/null)" ]; }

# Keeps the last thing a quiet step said, to show it only when the step fails.
quietly() {
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then rm -f "$log"; else
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
}

install_tools() {
  command -v npm >/dev/null || fail 'npm is needed to fetch Node 24 (Debian and Ubuntu: apt-get install npm)'
  echo "parley: installing Node and pnpm into infra/toolchain" >&2
  rm -f "$tools/node_modules/.installed"
  (cd "$tools" && quietly npm ci --ignore-scripts --no-audit --no-fund) || fail 'npm could not install Node and pnpm'
  [ -x "$node" ] && [ -x "$pnpm" ] || fail 'npm brought no Node for this machine; (cd infra/toolchain && npm ci --loglevel http) shows why'
  cp "$tools/package-lock.json" "$tools/node_modules/.installed"
}

install_packages() {
  echo "parley: installing npm packages" >&2
  (cd "$root" && CI=true quietly "$pnpm" install --frozen-lockfile) || fail 'pnpm could not install the packages'
  cp "$root/pnpm-lock.yaml" "$root/node_modules/.installed"
}

generate_client() {
  rm -f "$client/.installed"
  (cd "$root" && quietly "$pnpm" -s db:generate) || fail 'the database client could not be generated'
  schema >"$client/.installed"
}

install_missing() {
  tools_current || install_tools
  packages_current || install_packages
  client_current || generate_client
}

if ! { tools_current && packages_current && client_current; }; then
  [ -w "$root" ] || fail "$root is not writable by $(id -un); run ./parley --help once as its owner to install what is missing"
  if command -v flock >/dev/null; then
    # A second start waits here, then finds everything installed.
    exec 9>"$tools/.install.lock"
    flock 9
    install_missing
    exec 9>&-
  else
    install_missing
  fi
fi
