// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import IPVS
internal import Linux
package import SystemPackage

/// The program ipvsadm.
///
/// It is started directly, never through a shell.
///
/// Its methods block their thread until the program has ended, while tasks of the Swift runtime wait for it. They are
/// for code that is not asynchronous. Do not call them on all threads of the runtime's pool at once.
package struct IpvsadmProgram: Sendable, Hashable {
  /// The paths where Debian and other distributions install it.
  package static let usualPaths: [FilePath] = ["/usr/sbin/ipvsadm", "/sbin/ipvsadm"]

  private static let nsenterPaths: [FilePath] = ["/usr/bin/nsenter", "/bin/nsenter"]

  private let path: FilePath
  private let timeLimit: Duration
  private var namespace = NetworkNamespace.current

  /// Finds the program at the first of these paths that exists.
  ///
  /// - Parameters:
  ///   - paths: Absolute paths.
  ///   - command: The command that will be run, for the error.
  ///   - timeLimit: How long a run may take before its process group is killed.
  /// - Throws: ``IpvsadmError``, when there is no file at any of the paths, it cannot be executed, it is this program
  ///   itself, or another user can change what would run.
  package init(
    at paths: [FilePath] = IpvsadmProgram.usualPaths, for command: IpvsadmCommand, timeLimit: Duration = .seconds(5)
  ) throws(IpvsadmError) {
    if getenv(SpawnPreconditions.marker) != nil { throw IpvsadmError(.nested, command, program: "ipvsadm") }
    for path in paths {
      var file = stat()
      guard stat(path.string, &file) == 0 else { continue }
      if let obstacle = IpvsadmProgram.obstacle(to: path, file) {
        throw IpvsadmError(obstacle, command, program: path.string)
      }
      self.path = path
      self.timeLimit = timeLimit
      return
    }
    throw IpvsadmError(.missing, command, program: paths.map(\.string).joined(separator: " or "))
  }

  private static func obstacle(to path: FilePath, _ file: stat) -> IpvsadmError.Cause? {
    var own = stat()
    if stat("/proc/self/exe", &own) == 0, (own.st_dev, own.st_ino) == (file.st_dev, file.st_ino) { return .itself }
    guard file.st_mode & S_IFMT == S_IFREG else { return .notExecutable(.permissionDenied) }
    guard access(path.string, X_OK) == 0 else { return .notExecutable(Errno(rawValue: errno)) }
    return path.writableByOthers.map { .writableByOthers($0.string) }
  }

  /// The same program, for runs in a network namespace by nsenter(1).
  package func entering(_ namespace: NetworkNamespace) -> IpvsadmProgram {
    var program = self
    program.namespace = namespace
    return program
  }

  /// The timeouts that `ipvsadm -L --timeout` prints.
  ///
  /// It prints 0 for a protocol that the kernel was built without.
  ///
  /// - Throws: ``IpvsadmError``.
  package func timeouts() throws(IpvsadmError) -> Timeouts {
    let output = try run(.list)
    guard let timeouts = Timeouts(ipvsadmOutput: output) else {
      throw error(.unreadable(output: String(output.prefix(80))), .list)
    }
    return timeouts
  }

  /// Sets the timeouts that are not `nil`, with `ipvsadm --set`.
  ///
  /// - Throws: ``IpvsadmError``.
  package func setTimeouts(_ timeouts: Timeouts) throws(IpvsadmError) {
    _ = try run(.set(timeouts))
  }

  /// Runs the program and waits for its end.
  ///
  /// - Returns: Its standard output.
  private func run(_ command: IpvsadmCommand) throws(IpvsadmError) -> String {
    let entrance = try entrance(for: command)
    switch try start(of: command, by: entrance).ending() {
    case .success(let output): return output
    case .failure(.mayNotEnter) where entrance?.isOtherThanNamespace == true:
      throw notANamespace(command, entrance)
    case .failure(.notANamespace):
      throw notANamespace(command, entrance)
    case .failure(let cause):
      throw IpvsadmError(cause, command, program: path.string, in: namespace, by: entrance)
    }
  }

  private func notANamespace(_ command: IpvsadmCommand, _ entrance: FilePath?) -> IpvsadmError {
    IpvsadmError(
      .notANamespace, command, program: path.string, in: namespace, by: entrance, elsewhere: namespace.boundElsewhere)
  }

  /// The file by which the namespace is entered; `nil` for the current namespace.
  private func entrance(for command: IpvsadmCommand) throws(IpvsadmError) -> FilePath? {
    if namespace == .current { return nil }
    guard let file = namespace.file else {
      let elsewhere = namespace.isLookedForElsewhere ? namespace.boundElsewhere : nil
      throw IpvsadmError(
        .noSuchNamespace, command, program: path.string, in: namespace, by: nil, elsewhere: elsewhere)
    }
    // nsenter would say that it may not open a file that is no namespace yet.
    guard !file.isOtherThanNamespace else { throw notANamespace(command, file) }
    return file
  }

  /// The process to start: the program, or nsenter with the program.
  private func start(of command: IpvsadmCommand, by entrance: FilePath?) throws(IpvsadmError) -> IpvsadmProcess {
    let words = command.arguments.map { Array($0.utf8) }
    guard let entrance else { return IpvsadmProcess(path: path, arguments: words, timeLimit: timeLimit) }
    guard let nsenter = IpvsadmProgram.nsenterPaths.first(where: \.isThere) else { throw error(.noNsenter, command) }
    let arguments = [Array("--net=".utf8) + entrance.bytes, path.bytes] + words
    return IpvsadmProcess(path: nsenter, arguments: arguments, timeLimit: timeLimit)
  }

  private func error(_ cause: IpvsadmError.Cause, _ command: IpvsadmCommand) -> IpvsadmError {
    IpvsadmError(cause, command, program: path.string, in: namespace)
  }
}

extension NetworkNamespace {
  /// The file of the namespace, as a path that is valid in the working directory of started programs; `nil` if there is
  /// none.
  var file: FilePath? {
    guard let file = NamespaceIdentity.first(of: files)?.path ?? files.first(where: \.isThere) else { return nil }
    guard file.isRelative, let directory = getcwd(nil, 0) else { return file }
    defer { free(directory) }
    return FilePath(platformString: directory).pushing(file)
  }
}

extension FilePath {
  /// Whether the file exists, even if the caller may not access it.
  fileprivate var isThere: Bool {
    withPlatformString { access($0, F_OK) == 0 || errno != ENOENT && errno != ENOTDIR }
  }

  /// The path as bytes, which need not be UTF-8.
  fileprivate var bytes: [UInt8] {
    withPlatformString { UnsafeBufferPointer(start: $0, count: strlen($0)).map(UInt8.init(bitPattern:)) }
  }
}
