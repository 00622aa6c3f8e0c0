// SPDX-License-Identifier: Apache-2.0

import Glibc
import Subprocess
import SystemPackage

/// Debian's keepalived, running in the network namespace of the test, with one virtual service and without VRRP.
struct Keepalived {
  private let netns: Namespace
  private let directory: ScratchDirectory
  private let parent: pid_t

  /// Runs keepalived during some work, and stops it properly afterwards.
  ///
  /// If that fails, it is killed.
  ///
  /// Its configuration has a line `lvs_timeouts` with these words, or no such line.
  static func during(
    _ timeouts: String?, in netns: Namespace, _ directory: ScratchDirectory,
    _ work: (Keepalived) async throws -> Void
  ) async throws {
    try configure(timeouts, weight: 1, directory)
    // IPVS accepts only unicast addresses as servers. A namespace without a device that is up knows none.
    try await Guest.output(netns.entering + ["ip", "link", "set", "lo", "up"])
    // The service that a killed keepalived has left would look like the service of this one.
    try await Guest.output(netns.entering + [Guest.ipvsadm, "-C"])
    let command = netns.entering + ["keepalived"] + options(directory)
    let log = try FileDescriptor.open(
      FilePath("\(directory.path)/log"), .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
    _ = try await Subprocess.run(
      .path(try Guest.path(of: command[0])), arguments: Arguments(Array(command.dropFirst())), input: .none,
      output: .fileDescriptor(log, closeAfterSpawningProcess: true), error: .combinedWithOutput
    ) { process in
      let keepalived = Keepalived(netns: netns, directory: directory, parent: process.processIdentifier.value)
      try await keepalived.waitForService(weight: 1)
      try await work(keepalived)
      await process.teardown(using: [.gracefulShutDown(allowedDurationToNextStep: .seconds(10))])
    }
  }

  /// Makes it read another configuration, and waits until it has finished.
  func reload(_ timeouts: String?) async throws {
    // keepalived writes the weights after the timeouts. So a new weight shows that the timeouts are written.
    let weight = try await ipvsadmRules().split(separator: " ").last.flatMap { Int($0) }.map { $0 + 1 } ?? 1
    try Keepalived.configure(timeouts, weight: weight, directory)
    try send(SIGHUP, to: parent)
    try await waitForService(weight: weight)
  }

  /// Kills the process that was started.
  ///
  /// It cannot clean up, but its child may.
  func kill() throws {
    try send(SIGKILL, to: parent)
  }

  /// Kills both of its processes at once, so that neither cleans up.
  func killWithChild() async throws {
    let child = try await child()
    try send(SIGSTOP, to: parent)
    try send(SIGKILL, to: child)
    try send(SIGKILL, to: parent)
  }

  /// Kills its child, which manages services and timeouts, and waits for the next one.
  func replaceChild() async throws {
    let old = try await child()
    try send(SIGKILL, to: old)
    try await wait("a new child of keepalived") { try await child() != old }
  }

  private func child() async throws -> pid_t {
    try await wait("keepalived's child") { pid_t(directory.text("child.pid").prefix { $0.isNumber }) != nil }
    return pid_t(directory.text("child.pid").prefix { $0.isNumber }) ?? 0
  }

  private func send(_ signal: Int32, to process: pid_t) throws {
    // 0 would mean all processes of the group, including the tests.
    guard process > 1, Glibc.kill(process, signal) == 0 else { throw Errno(rawValue: errno) }
  }

  private func waitForService(weight: Int) async throws {
    try await wait("the service with weight \(weight)") { try await ipvsadmRules().hasSuffix(" -w \(weight)") }
  }

  private func ipvsadmRules() async throws -> Substring {
    try await Guest.output(netns.entering + [Guest.ipvsadm, "-Sn"]).dropLast()
  }

  private func wait(_ what: String, until isSo: () async throws -> Bool) async throws {
    guard try await eventually(isSo) else {
      throw KeepalivedFailed(description: "no \(what); its log:\n\(directory.text("log"))")
    }
  }

  private static func options(_ directory: ScratchDirectory) -> [String] {
    [
      "--check", "--dont-fork", "--log-console", "--no-syslog", "--log-detail", "-f", "\(directory.path)/configuration",
      "-p", "\(directory.path)/parent.pid", "-c", "\(directory.path)/child.pid",
    ]
  }

  private static func configure(_ timeouts: String?, weight: Int, _ directory: ScratchDirectory) throws {
    try directory.write(
      "configuration",
      """
      global_defs {
        \(timeouts.map { "lvs_timeouts \($0)" } ?? "")
      }
      virtual_server 192.0.2.100 80 {
        lvs_sched rr
        lvs_method NAT
        protocol TCP
        real_server 198.51.100.2 80 {
          weight \(weight)
        }
      }

      """)
  }
}

/// Checks a condition again and again.
///
/// It gives up only when the reason can only be a program that hangs.
func eventually(_ isSo: () async throws -> Bool) async throws -> Bool {
  let end = ContinuousClock.now + .seconds(240)
  repeat {
    if try await isSo() { return true }
    try await Task.sleep(for: .milliseconds(20))
  } while .now < end
  return false
}

/// The error that keepalived did not do its job.
private struct KeepalivedFailed: Error, CustomStringConvertible {
  let description: String
}
