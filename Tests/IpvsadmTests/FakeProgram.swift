// SPDX-License-Identifier: Apache-2.0

import Foundation
import IPVS
import Ipvsadm
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A program in place of ipvsadm, written by a test.
struct FakeProgram {
  let path: FilePath

  /// Writes a program.
  ///
  /// Another process writes the file. If it were open for writing here, a process that another test starts at that
  /// moment would inherit it, and the system does not execute a file that is open for writing (ETXTBSY).
  init(_ text: String, at path: FilePath) async throws {
    let record = try await Subprocess.run(
      .path("/bin/sh"), arguments: ["-c", #"cat > "$0" && chmod 755 "$0""#, path.string], input: .string(text),
      output: .discarded)
    try #require(record.terminationStatus == .exited(0))
    self.path = path
  }

  /// Reads the timeouts through the program.
  ///
  /// - Returns: The answer or the error, and how long it took.
  func answer(timeLimit: Duration = .seconds(600)) async throws -> (Result<Timeouts, IpvsadmError>, Duration) {
    let program = try IpvsadmProgram(at: [path], for: .list, timeLimit: timeLimit)
    // The time is taken on that thread, because this task may have to wait for other tests.
    let (answer, duration) = await onOwnThread {
      let start = ContinuousClock.now
      let answer = Result { () throws(IpvsadmError) in try program.timeouts() }
      return (answer, start.duration(to: .now))
    }.get()
    return (answer, duration)
  }

  /// Sets timeouts through the program.
  func setTimeouts(_ timeouts: Timeouts) async throws {
    let program = try IpvsadmProgram(at: [path], for: .set(timeouts), timeLimit: .seconds(600))
    try await onOwnThread { () throws(IpvsadmError) in try program.setTimeouts(timeouts) }.get()
  }
}

/// The answer of a shell script in place of ipvsadm.
func answer(
  ofScript script: String, timeLimit: Duration = .seconds(600)
) async throws -> (Result<Timeouts, IpvsadmError.Cause>, Duration) {
  try await withTemporaryDirectory { directory in
    let program = try await FakeProgram("#!/bin/sh\n\(script)\n", at: directory.appending("ipvsadm"))
    let (answer, duration) = try await program.answer(timeLimit: timeLimit)
    return (answer.mapError(\.cause), duration)
  }
}
