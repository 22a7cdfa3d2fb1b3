# Sourced by ./mvnw before the stock wrapper script does anything. It makes two things true, and is silent when they are:
#
#   1. JAVA_HOME is a JDK of at least version 25: the one in JAVA_HOME, the one on the PATH, or one in the usual places.
#   2. The pinned Maven (.mvn/wrapper/maven-wrapper.properties) lies where the stock script looks for it. If it is not
#      there yet, the `mvn` on the PATH, however old, fetches it as an artifact through whatever repository or mirror
#      that `mvn` is set up for. Only where there is no `mvn` it is downloaded from the Apache archive.
#      Either way its SHA-512 must be the pinned one.

wanted_java=25
here="$(cd "$(dirname -- "$0")" && pwd)"

complain() {
  printf '%s\n' "mvnw: $1" >&2
  exit 1
}

# --- 1. a JDK ---------------------------------------------------------------------------------------------------------
# Every JDK says its version in the file `release`; reading it is quicker than starting a JVM for each candidate.
is_new_enough() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  found="$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")"
  [ -n "$found" ] && [ "$found" -ge "$wanted_java" ]
}

on_path() {
  javac="$(command -v javac)" && javac="$(readlink -f "$javac" 2>/dev/null)" && printf '%s\n' "${javac%/bin/javac}"
}

pick_jdk() {
  set +f # the stock script switches file name patterns off; here they find the usual places
  for candidate in "${JAVA_HOME:-}" "$(on_path || :)" /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/*; do
    if [ -n "$candidate" ] && is_new_enough "$candidate"; then
      JAVA_HOME="$candidate"
      export JAVA_HOME
      set -f
      return 0
    fi
  done
  set -f
  return 1
}

pick_jdk || complain "no JDK $wanted_java or newer in JAVA_HOME, on the PATH or in the usual places; install one, from https://adoptium.net for example, and set JAVA_HOME to it."

# --- 2. the pinned Maven ----------------------------------------------------------------------------------------------
pinned() {
  sed -n "s/^$1=//p" "$here/.mvn/wrapper/maven-wrapper.properties" | tr -d '[:space:]'
}

# The stock script keeps a distribution under the hash of its address (String.hashCode, in hexadecimal).
address_hash() {
  rest="$1" hash=0
  while [ -n "$rest" ]; do
    hash=$(((hash * 31 + $(LC_CTYPE=C printf %d "'$rest")) % 4294967296))
    rest="${rest#?}"
  done
  printf '%x\n' "$hash"
}

sha512_of() {
  if command -v sha512sum >/dev/null; then sha512sum "$1" | cut -d' ' -f1; else shasum -a 512 "$1" | cut -d' ' -f1; fi
}

fetch_maven() {
  version="$(pinned mavenVersion)"
  work="$(mktemp -d)" || complain "cannot make a temporary directory."
  zip="$work/apache-maven-$version-bin.zip"
  if command -v mvn >/dev/null; then
    # From an empty directory, so that the older Maven does not read this project.
    (cd "$work" && mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
      -Dartifact="org.apache.maven:apache-maven:$version:zip:bin" -DoutputDirectory="$work") >"$work/log" 2>&1 ||
      complain "the mvn on the PATH could not fetch Maven $version; it said: $(tail -n 20 "$work/log")"
  elif command -v curl >/dev/null; then
    curl -fsSL -o "$zip" "$(pinned distributionUrl)" || complain "could not download $(pinned distributionUrl)."
  elif command -v wget >/dev/null; then
    wget -q -O "$zip" "$(pinned distributionUrl)" || complain "could not download $(pinned distributionUrl)."
  else
    complain "Maven $version is needed and there is no mvn, curl or wget to fetch it with; install one of them."
  fi
  [ "$(sha512_of "$zip")" = "$(pinned distributionSha512Sum)" ] ||
    complain "the Maven $version that was fetched is not the pinned one (SHA-512 differs); nothing was installed."
  (cd "$work" && "$JAVA_HOME/bin/jar" xf "$zip") || complain "could not unpack Maven $version."
  chmod +x "$work/apache-maven-$version/bin/mvn"
  mkdir -p "${maven_at%/*}"
  # A rename is atomic: two first builds at once end with one whole Maven.
  mv "$work/apache-maven-$version" "$maven_at" 2>/dev/null || [ -x "$maven_at/bin/mvn" ] ||
    complain "could not move Maven $version to $maven_at."
  rm -rf "$work"
}

maven_at="${MAVEN_USER_HOME:-$HOME/.m2}/wrapper/dists/apache-maven-$(pinned mavenVersion)/$(address_hash "$(pinned distributionUrl)")"
[ -x "$maven_at/bin/mvn" ] || fetch_maven
