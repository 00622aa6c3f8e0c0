// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage

/// A network namespace in which the program runs with faults, again and again.
///
/// It is read and prepared by system calls of this process. Starting a program for each of these would take most of the
/// time.
final class FaultScene {
  let program: TracedProgram
  /// The name of the namespace; `nil` if it has none.
  let name: String?
  /// A policy with the timeouts 60, 30 and 60.
  let policy: String
  private let kernel: KernelTimeouts
  private var states: Set<String> = []
  /// The record of a killed trial of these timeouts, and its name.
  private var record: (name: String, bytes: [UInt8])?

  static let directory = "/run/ipvs-timeout"

  private init(_ netns: Namespace, _ directory: ScratchDirectory) throws {
    program = try TracedProgram(directory)
    name = netns.name
    kernel = try KernelTimeouts(of: netns)
    policy = try directory.write("policy", "host 60 30 60\n")
  }

  /// Works in the namespace of the test, in one thread.
  static func with(_ body: (FaultScene) throws -> Void) throws {
    let netns = Namespace.current
    try netns.inside { try body(try FaultScene(netns, .current)) }
  }

  /// Whether the next calls must be tried in this state.
  ///
  /// Equal states have equal consequences, so each is tried once. With `IPVS_TIMEOUT_FAULTS`, each is tried always.
  func isNew(state: String) -> Bool { states.insert(state).inserted || FaultScene.isComplete }

  /// The timeouts as the kernel has them.
  var timeouts: String {
    get throws { try kernel.values() }
  }

  func set(_ timeouts: String) throws {
    let values = timeouts.split(separator: " ").compactMap { Int32($0) }
    try kernel.set(values[0], values[1], values[2])
  }

  /// Runs the program without faults.
  func run(_ words: String...) throws -> Outcome { try program.run([Guest.program] + words, isTraced: false).outcome }

  /// The files that the program keeps for changes.
  var files: [String] { FaultScene.files(in: FaultScene.directory, "").sorted() }

  private static func files(in directory: String, _ prefix: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var files: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      files.append(prefix + name)
      if entry.pointee.d_type == UInt8(DT_DIR) {
        files += FaultScene.files(in: "\(directory)/\(name)", "\(prefix)\(name)/")
      }
    }
    return files
  }

  /// Removes all files that the program keeps for changes.
  func clear() {
    for file in files.reversed() {
      let path = "\(FaultScene.directory)/\(file)"
      if unlink(path) != 0 { rmdir(path) }
    }
    rmdir(FaultScene.directory)
  }

  /// Leaves the record of a killed trial.
  func restoreRecord() throws {
    let record = try record ?? makeRecord()
    self.record = record
    for path in [FaultScene.directory, "\(FaultScene.directory)/trials"] { mkdir(path, 0o700) }
    let file = try FileDescriptor.open(
      FilePath("\(FaultScene.directory)/\(record.name)"), .writeOnly, options: .create, permissions: .ownerReadWrite)
    try file.closeAfter { _ = try file.writeAll(record.bytes) }
  }

  private func makeRecord() throws -> (name: String, bytes: [UInt8]) {
    clear()
    try set("900 120 300")
    _ = try run("with", "60", "30", "60", "--", "/bin/sh", "-c", "kill -9 $PPID")
    guard let name = files.last, name.hasPrefix("trials/") else { throw Errno.noSuchFileOrDirectory }
    let bytes = ScratchDirectory(path: FaultScene.directory).bytes(name)
    clear()
    return (name, bytes)
  }
}
