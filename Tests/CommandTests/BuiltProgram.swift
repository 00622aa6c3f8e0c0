// SPDX-License-Identifier: Apache-2.0

import Foundation
import Subprocess
import SystemPackage
import Testing

/// The program as it was built, run as a process.
enum BuiltProgram {
  /// How a run ended.
  struct Ending: Equatable {
    /// The exit status, or 128 plus the number of the signal that killed it.
    var status: Int32
    var output = ""
    var errors = ""

    /// The ending without the device and inode of namespaces in its JSON Lines.
    var anonymous: Ending { Ending(status: status, output: output.anonymous, errors: errors) }
  }

  /// The program, which is in the directory of the program that runs the tests.
  static var path: FilePath {
    get throws {
      let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
      let path = FilePath(tests).removingLastComponent().appending("ipvs-timeout")
      try #require(FileManager.default.isExecutableFile(atPath: path.string), "build the tests first")
      return path
    }
  }

  /// Runs the program, or another one.
  static func run(_ path: FilePath?, _ arguments: [String]) async throws -> Ending {
    let path = try path ?? self.path
    let record = try await Subprocess.run(
      .path(path), arguments: Arguments(arguments),
      // The help would use the width of the terminal.
      environment: .inherit.updating(["COLUMNS": nil]),
      input: .none, output: .string(limit: 1_000_000), error: .string(limit: 1_000_000))
    let status =
      switch record.terminationStatus {
      case .exited(let status): status
      case .signaled(let signal): 128 + signal
      }
    return Ending(status: status, output: record.standardOutput, errors: record.standardError)
  }

  /// Runs a shell script in which `$0` is the program.
  static func run(script: String, _ arguments: [String] = []) async throws -> Ending {
    try await run("/bin/sh", ["-c", script, path.string] + arguments)
  }
}
