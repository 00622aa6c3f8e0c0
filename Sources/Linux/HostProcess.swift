// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage
internal import Text

/// A visible process of this machine.
package struct HostProcess: Sendable, Hashable {
  package let number: Int32
  /// The number of its parent process.
  package let parent: Int32
  /// The first of its arguments, without the directory; of a process that is not root's, the name that the kernel keeps.
  package let name: String
  /// Its arguments, without its name; none of a process that is not root's.
  package let arguments: [String]
  /// Its network namespace; `nil` if the kernel does not say.
  package let namespace: NamespaceIdentity?
  /// Whether it is root's, and in the user namespace of the caller.
  ///
  /// Any other process may have chosen its name and its arguments to deceive.
  package let isOfRoot: Bool

  /// Creates a process from its parts, for tests.
  package init(
    _ number: Int32, parent: Int32 = 1, _ name: String, _ arguments: [String] = [], in namespace: NamespaceIdentity?,
    isOfRoot: Bool = true
  ) {
    self.number = number
    self.parent = parent
    self.name = name
    self.arguments = arguments
    self.namespace = namespace
    self.isOfRoot = isOfRoot
  }

  /// A running process; `nil` if there is none with this number, it is a kernel thread, or it has another name.
  ///
  /// - Parameters:
  ///   - number: The process.
  ///   - own: The user namespace of the caller.
  ///   - isWanted: Whether its name is wanted.
  private init?(_ number: Int32, _ own: NamespaceIdentity?, where isWanted: (String) -> Bool) {
    guard let status = HostProcess.status(of: number), HostProcess.hasMemory(status: status) else { return nil }
    let isOfRoot = HostProcess.isOfRoot(number, status, own)
    // The arguments are in the memory of the process. It may be arranged so that reading it never ends.
    let words = isOfRoot ? (try? ProcessTable.arguments(of: number)) ?? [] : [ProcessTable.commandName(of: number)]
    guard let name = words.first?.split(separator: "/").last.map(String.init), isWanted(name) else { return nil }
    self.init(
      number, parent: ProcessState(of: number)?.parent ?? 0, name, Array(words.dropFirst()),
      in: try? NamespaceIdentity(ofProcess: number), isOfRoot: isOfRoot)
  }

  /// The running processes with a wanted name, in ascending order of their numbers.
  ///
  /// - Parameter isWanted: Whether a name is wanted.
  /// - Returns: The processes.
  /// - Throws: `Errno`, when /proc cannot be read.
  package static func running(where isWanted: (String) -> Bool) throws(Errno) -> [HostProcess] {
    let own = ownUserNamespace
    return try ProcessTable.numbers().compactMap { HostProcess($0, own, where: isWanted) }
  }

  /// Whether a process is root's, and in the user namespace of the caller.
  package static func isOfRoot(_ number: Int32) -> Bool {
    status(of: number).map { isOfRoot(number, $0, ownUserNamespace) } ?? false
  }

  private static func isOfRoot(_ number: Int32, _ status: String, _ own: NamespaceIdentity?) -> Bool {
    guard isOfRoot(status: status), let own, let its = try? NamespaceIdentity(ofProcess: number, "user")
    else { return false }
    return own == its
  }

  private static var ownUserNamespace: NamespaceIdentity? { try? NamespaceIdentity("/proc/self/ns/user") }

  private static func status(of number: Int32) -> String? {
    try? FileReader.kernelText(of: FilePath("/proc/\(number)/status"))
  }

  /// Whether a process has its own memory, from the text of the file: kernel threads and processes that have ended have
  /// none, and no arguments.
  static func hasMemory(status: String) -> Bool { status.firstOccurrence(of: "\nVmSize:") != nil }

  /// Whether all users of a process are root, from the text of the file.
  static func isOfRoot(status: String) -> Bool {
    guard let start = status.firstOccurrence(of: "\nUid:")?.upperBound else { return false }
    // Real, effective, saved, and for files: a program with the set-user-ID bit was started by somebody else.
    return status[start...].hasPrefix("\t0\t0\t0\t0\n")
  }

  /// Whether it still is the process that was found, and not another one with the same number.
  package var isStillThere: Bool {
    isOfRoot == HostProcess.isOfRoot(number) && ProcessState(of: number)?.parent == parent
  }

  /// The files as this process sees them.
  ///
  /// - Parameter deadline: When to stop reading them.
  /// - Returns: The files.
  package func files(until deadline: ContinuousClock.Instant? = nil) -> ProcessFiles {
    var files = ProcessFiles(of: number)
    files.deadline = deadline
    return files
  }

  /// When it was started; `nil` if the kernel does not say.
  package var started: WallTime? { ProcessState.start(of: number) }

  /// The host name as the process sees it; `nil` if it lives in another UTS namespace, whose name cannot be read from
  /// here.
  package var hostName: String? {
    guard let own = try? NamespaceIdentity("/proc/self/ns/uts"),
      let its = try? NamespaceIdentity(ofProcess: number, "uts"), own == its
    else { return nil }
    return try? FileReader.kernelText(of: "/proc/sys/kernel/hostname").split(separator: "\n").first.map(String.init)
  }

  /// When a memory file that this process has open was last written.
  ///
  /// - Parameter name: The name that the process gave to memfd_create(2).
  /// - Returns: The time; `nil` if the process has no memory file of this name open.
  package func changeOfMemoryFile(_ name: String) -> WallTime? {
    let directory = FilePath("/proc/\(number)/fd")
    let target = "/memfd:\(name) (deleted)"
    guard let descriptors = try? FileReader.names(in: directory, atMost: 4096) else { return nil }
    return descriptors.lazy.map { directory.appending($0) }.first { FileReader.linkTarget(of: $0) == target }
      .flatMap { WallTime(ofChangeAt: $0) }
  }
}
