// SPDX-License-Identifier: Apache-2.0

import Glibc
import Subprocess
import SystemPackage
import Testing

/// A running keepalived, with the files of a test.
struct KeepalivedRun {
  private let directory: ScratchDirectory
  private let parent: pid_t

  /// Runs keepalived during some work, which begins when keepalived has finished its start.
  static func during(
    _ files: [String: String], _ arguments: [String], pattern: String, in netns: Namespace,
    _ directory: ScratchDirectory,
    _ work: (KeepalivedRun) async throws -> Void
  ) async throws {
    for (name, text) in files.sorted(by: { $0.key < $1.key }) {
      if let end = name.lastIndex(of: "/") { mkdir("\(directory.path)/\(name[..<end])", 0o755) }
      try directory.write(name, text)
    }
    try await Guest.output(netns.entering + ["ip", "link", "set", "lo", "up"])
    let command =
      netns.entering + [
        "keepalived", "--check", "--dont-fork", "--log-console", "--no-syslog", "-p", "\(directory.path)/parent.pid",
        "-c", "\(directory.path)/child.pid",
      ] + arguments + ["-f", "\(directory.path)/\(pattern)"]
    let log = try FileDescriptor.open(
      FilePath("\(directory.path)/log"), .writeOnly, options: [.create, .truncate, .append],
      permissions: .ownerReadWrite)
    _ = try await Subprocess.run(
      .path(try Guest.path(of: command[0])), arguments: Arguments(Array(command.dropFirst())), input: .none,
      output: .fileDescriptor(log, closeAfterSpawningProcess: true), error: .combinedWithOutput
    ) { process in
      let run = KeepalivedRun(directory: directory, parent: process.processIdentifier.value)
      let result: Result<Void, any Error>
      do {
        try await run.wait { $0.contains("Startup complete") || $0.contains("has no configuration to run") }
        result = .success(try await work(run))
      } catch {
        result = .failure(error)
      }
      await process.teardown(using: [.gracefulShutDown(allowedDurationToNextStep: .seconds(3))])
      try result.get()
    }
  }

  /// Writes one of keepalived's files.
  func write(_ name: String, _ text: String) throws { try directory.write(name, text) }

  /// Makes it read its files again, and waits until it has finished.
  func reload(within limit: Duration = .seconds(10)) async throws {
    // A log that keeps growing would never be read to its end.
    #expect(truncate("\(directory.path)/log", 0) == 0)
    guard parent > 1, kill(parent, SIGHUP) == 0 else { throw Errno(rawValue: errno) }
    try await wait(within: limit) { $0.contains("Reload complete") }
  }

  private func wait(within limit: Duration = .seconds(10), until isSo: (String) -> Bool) async throws {
    let end = ContinuousClock.now + limit
    while !isSo(directory.text("log")) {
      guard ContinuousClock.now < end else {
        throw NotInGuest("keepalived does not go on; its log:\n\(directory.text("log"))")
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }
}
