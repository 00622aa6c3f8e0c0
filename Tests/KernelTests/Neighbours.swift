// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import Testing

/// Network namespaces besides the test's own one, with the names that the test chooses.
struct Neighbours {
  /// Where Docker binds its namespaces.
  static let docker = "/run/docker/netns"

  /// Makes network namespaces in `/run/netns`.
  static func add(_ names: String...) async throws -> [Namespace] {
    for name in names { try await Guest.output(["ip", "netns", "add", name]) }
    return names.map { Namespace(name: $0) }
  }

  /// Binds a network namespace in Docker's directory, too.
  static func bindForDocker(_ namespace: Namespace, as name: String) async throws {
    let file = namespace.name.map { "/run/netns/\($0)" } ?? "/proc/self/ns/net"
    let script = #"mkdir -p "$0" && : >"$0/$2" && mount --bind "$1" "$0/$2""#
    try await Guest.output(["sh", "-c", script, docker, file, name])
  }

  /// Makes a network namespace that is bound in Docker's directory only.
  ///
  /// - Returns: Its path.
  static func addForDocker(_ name: String) async throws -> String {
    try await bindForDocker(try await add("for-docker")[0], as: name)
    try await Guest.output(["ip", "netns", "delete", "for-docker"])
    return "\(docker)/\(name)"
  }

  /// The three timeouts as the real ipvsadm prints them in the namespace of a file.
  static func timeouts(at path: String) async throws -> String {
    let line = try await Guest.output(["nsenter", "--net=\(path)", Guest.ipvsadm, "-L", "--timeout"])
    return line.split(separator: ": ").last.map { String($0.dropLast()) } ?? line
  }
}

extension Namespace {
  /// Makes a virtual service for UDP with a real server, both on its own loopback device.
  func addService() async throws {
    try await Guest.output(
      entering + [
        "sh", "-c",
        """
        ip link set lo up && ip address add 192.0.2.100/32 dev lo && ipvsadm -A -u 192.0.2.100:5353 -s rr &&
          ipvsadm -a -u 192.0.2.100:5353 -r 192.0.2.100:5354 -m
        """,
      ])
  }
}

/// Removes the namespaces and the policy that a test has left, whatever happens.
struct ClearingUp: SuiteTrait, TestTrait, TestScoping {
  let isRecursive = true

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let result: Result<Void, any Error>
    do { result = .success(try await function()) } catch { result = .failure(error) }
    let script = """
      own=/run/netns/$0
      set -- /run/docker /etc/ipvs-timeout.conf
      for file in /run/netns/* /run/docker/netns/*; do
        [ "$file" = "$own" ] || set -- "$@" "$file"
      done
      umount -q -l "$@" 2>/dev/null
      rm -rf "$@"
      """
    try await Guest.output(["sh", "-c", script, Namespace.current.name ?? ""])
    try result.get()
  }
}

extension Trait where Self == ClearingUp {
  /// Removes network namespaces, files that look like them, and the policy after the test.
  static var clearingUp: Self { ClearingUp() }
}
