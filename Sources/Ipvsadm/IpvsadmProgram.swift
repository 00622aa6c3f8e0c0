// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import IPVS
internal import Linux
package import SystemPackage

/// The program ipvsadm, started directly and never through a shell.
///
/// Its methods block their thread until the program has ended, while tasks of the Swift runtime follow it: they are for
/// code that is not asynchronous, and must not be called on all threads of the runtime's pool at once.
package struct IpvsadmProgram: Sendable, Hashable {
  /// Where Debian and others install it.
  package static let usualPaths: [FilePath] = ["/usr/sbin/ipvsadm", "/sbin/ipvsadm"]

  private static let nsenterPaths: [FilePath] = ["/usr/bin/nsenter", "/bin/nsenter"]

  private let path: FilePath
  private let timeLimit: Duration
  private var namespace = NetworkNamespace.current

  /// The first of the paths at which there is a file.
  ///
  /// - Parameters:
  ///   - paths: Absolute paths.
  ///   - command: What it is wanted for, to be named in the error.
  ///   - timeLimit: How long a run may take before its process group is killed.
  /// - Throws: ``IpvsadmError``, when there is no file at any of them, it cannot be executed, or it would lead back here.
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
    return access(path.string, X_OK) == 0 ? nil : .notExecutable(Errno(rawValue: errno))
  }

  /// The same program, to be run in a network namespace by nsenter(1).
  package func entering(_ namespace: NetworkNamespace) -> IpvsadmProgram {
    var program = self
    program.namespace = namespace
    return program
  }

  /// The timeouts, as `ipvsadm -L --timeout` prints them; where it prints 0 the kernel has no such protocol.
  ///
  /// - Throws: ``IpvsadmError``.
  package func timeouts() throws(IpvsadmError) -> Timeouts {
    let output = try run(.list)
    guard let timeouts = Timeouts(ipvsadmOutput: output) else {
      throw error(.unreadable(output: String(output.prefix(80))), .list)
    }
    return timeouts
  }

  /// Sets the timeouts that are named, with `ipvsadm --set`.
  ///
  /// - Throws: ``IpvsadmError``.
  package func setTimeouts(_ timeouts: Timeouts) throws(IpvsadmError) {
    _ = try run(.set(timeouts))
  }

  /// Runs the program and waits for its end.
  ///
  /// - Returns: What it wrote on its standard output.
  private func run(_ command: IpvsadmCommand) throws(IpvsadmError) -> String {
    let entrance = try entrance(for: command)
    switch try start(of: command, by: entrance).ending() {
    case .success(let output): return output
    case .failure(let cause):
      throw IpvsadmError(cause, command, program: path.string, in: namespace, by: entrance)
    }
  }

  /// The file by which the namespace is entered; `nil` where nothing is.
  private func entrance(for command: IpvsadmCommand) throws(IpvsadmError) -> FilePath? {
    if namespace == .current { return nil }
    guard let file = namespace.file else { throw error(.noSuchNamespace, command) }
    return file
  }

  /// What is started: the program, or nsenter with the program.
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
  /// The file that it is, as a path that holds in the directory in which programs are run; `nil` where there is none.
  var file: FilePath? {
    guard let file = files.first(where: \.isThere) else { return nil }
    guard file.isRelative, let directory = getcwd(nil, 0) else { return file }
    defer { free(directory) }
    return FilePath(platformString: directory).pushing(file)
  }
}

extension FilePath {
  /// Whether there is such a file, be it one that may not be looked at.
  fileprivate var isThere: Bool {
    withPlatformString { access($0, F_OK) == 0 || errno != ENOENT && errno != ENOTDIR }
  }

  /// The path as the system gets it, also where it is not UTF-8.
  fileprivate var bytes: [UInt8] {
    withPlatformString { UnsafeBufferPointer(start: $0, count: strlen($0)).map(UInt8.init(bitPattern:)) }
  }
}

/// What would make running a program hang or trap in the libraries that run it, and so is looked at before.
enum SpawnPreconditions {
  /// The marker in the environment of a program that was run as ipvsadm: one that finds it there must not do so again,
  /// or a script of that name that leads back here would start programs for ever.
  static let marker = "IPVS_TIMEOUT_BACKEND"

  /// Why no program can be run here; `nil` if it can be tried.
  static func find() -> String? {
    StandardDescriptors.take()
    // Where the caller ignores it, the end of a program cannot be waited for.
    signal(SIGCHLD, SIG_DFL)
    var files = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0, files.rlim_cur < 32 {
      return "only \(files.rlim_cur) files may be open (`ulimit -n`), and 32 are needed"
    }
    if access("/dev/null", R_OK | W_OK) != 0 { return "there is no /dev/null" }
    return nil
  }
}
