// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage
import Testing

/// A network namespace of the guest's.
struct Namespace {
  /// Its name for `ip netns`; `nil` for that in which the tests run.
  let name: String?

  /// The network namespace in which the tests run.
  static let initial = Namespace(name: nil)

  /// The namespace that was made for the test that is running.
  @TaskLocal static var current = initial

  /// Runs a command in it.
  func run(_ command: String...) async throws -> Outcome {
    try await run(command)
  }

  /// Runs a command in it.
  func run(_ command: [String]) async throws -> Outcome {
    try await Guest.run(entering + command)
  }

  /// Runs the program under test in it.
  func program(_ arguments: String...) async throws -> Outcome {
    try await run([Guest.program] + arguments)
  }

  /// Runs the program under test in it where there is no ipvsadm in the usual places.
  func programWithoutIpvsadm(_ arguments: String...) async throws -> Outcome {
    let hide = "mount -t tmpfs none /usr/sbin && if [ -e /sbin/ipvsadm ]; then mount -t tmpfs none /sbin; fi"
    return try await run(["unshare", "-m", "sh", "-c", "\(hide) && exec \"$0\" \"$@\"", Guest.program] + arguments)
  }

  /// The three timeouts as the real ipvsadm prints them, for example `900 120 300`.
  func timeouts() async throws -> String {
    let line = try await Guest.output(entering + [Guest.ipvsadm, "-L", "--timeout"])
    return line.split(separator: ": ").last.map { String($0.dropLast()) } ?? line
  }

  /// Sets the three timeouts with the real ipvsadm.
  func set(_ tcp: Int, _ tcpFin: Int, _ udp: Int) async throws {
    try await Guest.output(entering + [Guest.ipvsadm, "--set", "\(tcp)", "\(tcpFin)", "\(udp)"])
  }

  /// Sets a setting of the kernel's (a sysctl).
  func setting(_ name: String, _ value: String) async throws {
    let file = "/proc/sys/" + name.split(separator: ".").joined(separator: "/")
    try await Guest.output(entering + ["sh", "-c", "echo '\(value)' > \(file)"])
  }

  /// Runs code of the tests in it; what sockets the code opens stay there.
  func inside<Value: ~Copyable>(_ body: () throws -> Value) throws -> Value {
    guard let name else { return try body() }
    let origin = try FileDescriptor.open("/proc/thread-self/ns/net", .readOnly)
    defer { try? origin.close() }
    let there = try FileDescriptor.open(FilePath(Namespace.path(name)), .readOnly)
    defer { try? there.close() }
    try Namespace.enter(there)
    defer { #expect(throws: Never.self, "there has to be a way back") { try Namespace.enter(origin) } }
    return try body()
  }

  /// The words before a command that make it run here.
  var entering: [String] { name.map { ["nsenter", "--net=\(Namespace.path($0))"] } ?? [] }

  private static func path(_ name: String) -> String { "/run/netns/\(name)" }

  /// Moves the calling thread; Swift does not see glibc's declaration of `setns`.
  private static func enter(_ namespace: FileDescriptor) throws {
    typealias Setns = @convention(c) (CInt, CInt) -> CInt
    let setns = unsafeBitCast(try #require(dlsym(nil, "setns")), to: Setns.self)
    guard setns(namespace.rawValue, 0) == 0 else { throw Errno(rawValue: errno) }
  }
}

/// Makes a network namespace, and deletes it afterwards, whatever happens.
func withNamespace(_ body: @Sendable (Namespace) async throws -> Void) async throws {
  let name = "test-\(UInt32.random(in: .min ... .max))"
  try await Guest.output(["ip", "netns", "add", name])
  let result: Result<Void, any Error>
  do { result = .success(try await body(Namespace(name: name))) } catch { result = .failure(error) }
  try await Guest.output(["ip", "netns", "delete", name])
  try result.get()
}
