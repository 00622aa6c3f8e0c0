// SPDX-License-Identifier: Apache-2.0

import Glibc
import Subprocess
import SystemPackage
import Testing

/// The throw-away kernel in which these tests run, and the programs in it.
enum Guest {
  static let ipvsadm = "/usr/sbin/ipvsadm"

  /// The statically linked program under test.
  static let program = variable("IPVS_TIMEOUT_PROGRAM") ?? ""

  /// The value of an environment variable; `nil` where it is not set.
  static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// Where a program of the system's is; what is a path already stays as it is.
  static func path(of name: String) throws -> FilePath {
    let places = name.contains("/") ? [name] : ["/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"].map { $0 + name }
    return FilePath(try #require(places.first { access($0, X_OK) == 0 }, "the guest has no \(name)"))
  }

  /// Runs a command, by its absolute path or by the name of a program of the system's, and waits for its end.
  static func run(_ command: [String]) async throws -> Outcome {
    let path = try path(of: try #require(command.first))
    let record = try await Subprocess.run(
      .path(path), arguments: Arguments(Array(command.dropFirst())), input: .none,
      output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
    return Outcome(record.terminationStatus.number, record.standardOutput, record.standardError)
  }

  /// Runs a command that has to succeed.
  ///
  /// - Returns: Its standard output.
  @discardableResult
  static func output(_ command: [String]) async throws -> String {
    let outcome = try await run(command)
    guard outcome.status == 0 else { throw CommandFailed(command: command, outcome: outcome) }
    return outcome.stdout
  }
}

/// How a command ended and what it wrote.
struct Outcome: Equatable {
  /// The exit status, or the number of the signal that killed it, negative.
  let status: Int32
  let stdout: String
  let stderr: String

  init(_ status: Int32 = 0, _ stdout: String = "", _ stderr: String = "") {
    self.status = status
    self.stdout = stdout
    self.stderr = stderr
  }

  /// The program's only output is one line of its own on standard error.
  var isOneSentence: Bool { stdout.isEmpty && isErrorOneSentence }

  /// Whether standard error got one sentence of the program's.
  var isErrorOneSentence: Bool {
    stderr.hasPrefix("ipvs-timeout: ") && stderr.hasSuffix("\n")
      && stderr.utf8.count { $0 == UInt8(ascii: "\n") } == 1
  }
}

/// Expects a value that it took a process to find out: unlike `#expect` with `await` in it, this shows the value.
func expect<Value: Equatable>(
  _ actual: Value, equals expected: Value, _ comment: Comment? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(actual == expected, comment, sourceLocation: sourceLocation)
}

/// A command that the tests need, and that failed.
struct CommandFailed: Error, CustomStringConvertible {
  let command: [String]
  let outcome: Outcome

  var description: String { "\(command.joined(separator: " ")): \(outcome)" }
}

extension TerminationStatus {
  fileprivate var number: Int32 {
    switch self {
    case .exited(let status): status
    case .signaled(let signal): -signal
    }
  }
}
