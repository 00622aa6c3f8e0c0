// SPDX-License-Identifier: Apache-2.0

package import Linux
package import Netlink
public import SystemPackage

/// A network namespace, named the way people name it; whether it exists is seen when it is opened.
public enum NetworkNamespace: Sendable, Hashable {
  /// The namespace of the calling thread.
  case current
  /// The namespace bound by this name in `/run/netns`, or else in `/run/docker/netns`.
  ///
  /// A number that is no such name is a process, as container engines may bind a namespace by nothing but digits.
  case named(String)
  /// The namespace that this file is, or is bound to.
  case path(FilePath)
  /// The namespace in which a process of this number lives.
  case process(Int32)

  /// Reads a namespace as people write it.
  ///
  /// - Parameter text: `host` for the caller's own, a path with a `/` in it, `pid 1234` for a process, or a name. A
  ///   number is a name first, and a process only where nothing is bound by that name.
  public init(parsing text: String) {
    self =
      switch text {
      case "host": .current
      case _ where text.contains("/"): .path(FilePath(text))
      case _ where text.hasPrefix("pid "): Int32(text.dropFirst(4)).map(NetworkNamespace.process) ?? .named(text)
      default: .named(text)
      }
  }
}

extension NetworkNamespace: CustomStringConvertible {
  /// The namespace as ``init(parsing:)`` reads it back: `host`, `blue`, `/run/netns/blue`, `pid 1234`.
  ///
  /// A name that means something else there, such as `host`, stands with its directory `/run/netns`.
  public var description: String {
    switch self {
    case .current: "host"
    case .named(let name) where NetworkNamespace(parsing: name) != self: "/run/netns/\(name)"
    case .named(let name): name
    case .path(let path) where !path.string.contains("/"): "./\(path.string)"
    case .path(let path): path.string
    case .process(let number): "pid \(number)"
    }
  }
}

extension NetworkNamespace {
  /// The directories in which names are looked up.
  static let directories: [FilePath] = ["/run/netns", "/run/docker/netns"]

  /// What the paths in ``directories`` begin with.
  static let directoryPrefixes: [StaticString] = ["/run/netns/", "/run/docker/netns/"]

  /// The files that it may be, the first of which that is there is it.
  package var files: [FilePath] {
    switch self {
    case .current: ["/proc/thread-self/ns/net"]
    case .named(let name):
      NetworkNamespace.files(named: name)
        + (NetworkNamespace.process(named: name).map { [.namespace(ofProcess: $0)] } ?? [])
    case .path: bindings
    case .process(let number): [.namespace(ofProcess: number)]
    }
  }

  /// The files that it may be bound to; a number is taken for a process.
  package var bindings: [FilePath] {
    switch self {
    case .named(let name):
      NetworkNamespace.process(named: name) == nil ? NetworkNamespace.files(named: name) : []
    case .path(let path): [path]
    case .current, .process: []
    }
  }

  /// The process that a name may mean: any number.
  private static func process(named name: String) -> Int32? { Int32(name) }

  /// Which namespace it is; `nil` where that cannot be seen.
  package var identity: NamespaceIdentity? { NamespaceIdentity.first(of: files)?.identity }

  private static func files(named name: String) -> [FilePath] { directories.map { $0.appending(name) } }
}

extension FilePath {
  static func namespace(ofProcess number: Int32) -> FilePath { FilePath("/proc/\(number)/ns/net") }
}

/// How the files are opened in which the kernel lists what IPVS has in one network namespace.
extension NetworkNamespace {
  /// Does something on a thread that is in it; where that is the caller's own namespace, nothing is entered.
  ///
  /// - Throws: ``IPVSError``, when there is no such namespace or it may not be entered.
  func visited<Value: Sendable>(
    for operation: IPVSError.Operation, _ body: @escaping @Sendable () -> Value
  ) throws(IPVSError) -> Value {
    do throws(NamespaceError) {
      return self == .current ? body() : try NamespaceThread.run(in: files, body)
    } catch {
      throw IPVSError(error, during: operation, in: self)
    }
  }

  /// The descriptor of such a file, which is there where ip_vs is loaded.
  ///
  /// - Throws: ``IPVSError``, when the file was not opened.
  func file(_ opened: Result<CInt, Errno>, for operation: IPVSError.Operation) throws(IPVSError) -> CInt {
    do throws(Errno) {
      return try opened.get()
    } catch {
      let code = error == .noSuchFileOrDirectory ? KernelModule.whyAbsent() : .refused
      throw IPVSError(code, operation, in: self, errno: error)
    }
  }
}

extension FileLines {
  /// The next line of such a file, as from ``next()``.
  ///
  /// - Throws: ``IPVSError``, when the file cannot be read or has a line that is longer than the buffer.
  mutating func next(
    for operation: IPVSError.Operation, in namespace: NetworkNamespace
  ) throws(IPVSError) -> UnsafeRawBufferPointer? {
    do throws(Errno) {
      return try next()
    } catch {
      throw IPVSError(.refused, operation, in: namespace, errno: error)
    }
  }
}

extension NetworkNamespace {
  /// Opens a netlink socket in it; where it is the caller's own, nothing is entered.
  ///
  /// - Parameters:
  ///   - protocol: The part of the kernel to talk to.
  ///   - replyTimeout: How long to wait for each answer of the kernel.
  /// - Returns: The socket.
  /// - Throws: `NetlinkError`, when the namespace is not entered or the system refuses the socket.
  package func socket(
    _ protocol: NetlinkProtocol = .generic, replyTimeout: Duration = .seconds(5)
  ) throws(NetlinkError) -> Netlink.Socket {
    if self == .current { return try Socket(`protocol`, replyTimeout: replyTimeout) }
    var batch = SocketBatch(`protocol`, in: [files], replyTimeout: replyTimeout)
    guard let socket = try batch.next() else { throw .unexpectedReply }
    return socket
  }
}

extension NetworkNamespace {
  /// Whether the namespace has a virtual service or a connection.
  ///
  /// The corresponding files of the kernel are `/proc/net/ip_vs` and `/proc/net/ip_vs_conn`; where ip_vs is not loaded
  /// there are none, and nothing is in use.
  ///
  /// - Throws: ``IPVSError``, when there is no such namespace or it may not be entered.
  public func isInUse() throws(IPVSError) -> Bool {
    let answer = try visited(for: .lookForUse) { KernelTable.isAnyInUse }
    do throws(Errno) {
      return try answer.get()
    } catch {
      throw IPVSError(.refused, .lookForUse, in: self, errno: error)
    }
  }
}

/// A table of IPVS' in /proc, of which only matters whether anything stands below its heading.
private enum KernelTable: String {
  case services = "ip_vs"
  case connections = "ip_vs_conn"

  /// Whether one of them has entries in the network namespace of the calling thread.
  static var isAnyInUse: Result<Bool, Errno> {
    Result { () throws(Errno) in
      for table in [services, connections] where try table.hasEntries() { return true }
      return false
    }
  }

  /// How many lines the kernel writes before the first entry.
  private var heading: Int {
    switch self {
    case .services: 3
    case .connections: 1
    }
  }

  private func hasEntries() throws(Errno) -> Bool {
    let directory: FilePath = "/proc/thread-self/net"
    do throws(Errno) {
      let text = try FileReader.kernelText(of: directory.appending(rawValue))
      return text.utf8.count { $0 == UInt8(ascii: "\n") } > heading
    } catch .noSuchFileOrDirectory where (try? NamespaceIdentity(directory)) != nil {
      return false
    }
  }
}
