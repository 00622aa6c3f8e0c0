// SPDX-License-Identifier: Apache-2.0

import Foundation
import IPVS
import Ipvsadm
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A program that plays ipvsadm, written by a test.
struct FakeProgram {
  let path: FilePath

  /// Writes a program.
  ///
  /// Another process writes the file: were it open for writing here, a process that another test starts at that moment
  /// would inherit it, and the system does not execute a file that somebody may write to (ETXTBSY).
  init(_ text: String, at path: FilePath) async throws {
    let record = try await Subprocess.run(
      .path("/bin/sh"), arguments: ["-c", #"cat > "$0" && chmod 755 "$0""#, path.string], input: .string(text),
      output: .discarded)
    try #require(record.terminationStatus == .exited(0))
    self.path = path
  }

  /// Asks the program for the timeouts.
  ///
  /// - Returns: The answer, or why there is none, and how long that took.
  func answer(timeLimit: Duration = .seconds(30)) async throws -> (Result<Timeouts, IpvsadmError>, Duration) {
    let program = try IpvsadmProgram(at: [path], for: .list, timeLimit: timeLimit)
    let clock = ContinuousClock()
    let start = clock.now
    let answer = await onOwnThread { () throws(IpvsadmError) in try program.timeouts() }
    return (answer, start.duration(to: clock.now))
  }

  /// Has the program set timeouts.
  func setTimeouts(_ timeouts: Timeouts) async throws {
    let program = try IpvsadmProgram(at: [path], for: .set(timeouts))
    try await onOwnThread { () throws(IpvsadmError) in try program.setTimeouts(timeouts) }.get()
  }
}

/// What a shell script that plays ipvsadm answers.
func answer(
  ofScript script: String, timeLimit: Duration = .seconds(30)
) async throws -> (Result<Timeouts, IpvsadmError.Cause>, Duration) {
  try await withTemporaryDirectory { directory in
    let program = try await FakeProgram("#!/bin/sh\n\(script)\n", at: directory.appending("ipvsadm"))
    let (answer, duration) = try await program.answer(timeLimit: timeLimit)
    return (answer.mapError(\.cause), duration)
  }
}
