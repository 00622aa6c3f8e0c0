// SPDX-License-Identifier: Apache-2.0

package import Linux
public import SystemPackage

/// The network namespaces of this machine that are visible to the caller, each once.
///
/// The caller's own comes first, then those bound in `/run/netns` and `/run/docker/netns`, then those in which only
/// processes live.
public struct NamespaceList: Sendable {
  /// The namespaces.
  public private(set) var namespaces: [NamespaceInfo] = []
  /// How many processes did not show their namespace; to see it, root needs the capability CAP_SYS_PTRACE.
  public private(set) var hiddenProcesses = 0

  /// Where in `namespaces` each is.
  private var positions: [NamespaceIdentity: Int] = [:]

  /// Namespaces that are known.
  package init(_ namespaces: [NamespaceInfo], hiddenProcesses: Int = 0) {
    self.hiddenProcesses = hiddenProcesses
    for known in namespaces { add(known) }
  }

  /// Looks for namespaces.
  ///
  /// - Parameter includingProcesses: Whether to look at all processes, too. If not, only bound namespaces are found.
  /// - Throws: ``IPVSError``, when one of the directories cannot be read or /proc is not there.
  public init(includingProcesses: Bool = true) throws(IPVSError) {
    do throws(Errno) {
      try addOwn()
      try addBound()
      if includingProcesses { try addProcesses() }
    } catch {
      throw IPVSError(.refused, .listNamespaces, errno: error)
    }
  }

  /// The entry for a namespace; `nil` where the list has none.
  public func info(for namespace: NetworkNamespace) -> NamespaceInfo? {
    namespace.identity.flatMap { positions[$0] }.map { namespaces[$0] }
  }
}

extension NamespaceList {
  private mutating func addOwn() throws(Errno) {
    add(.current, try NamespaceIdentity("/proc/thread-self/ns/net"), name: "host", paths: [])
  }

  private mutating func addBound() throws(Errno) {
    var bound: [NamespaceIdentity: [FilePath]] = [:]
    var order: [NamespaceIdentity] = []
    for directory in NetworkNamespace.directories {
      for path in try paths(in: directory) {
        // One that has gone meanwhile is none.
        guard let identity = try? NamespaceIdentity(path) else { continue }
        if bound[identity, default: []].isEmpty { order.append(identity) }
        bound[identity, default: []].append(path)
      }
    }
    var names: Set = ["host"]
    for identity in order {
      let paths = bound[identity] ?? []
      guard let first = paths.first, let file = first.lastComponent?.string else { continue }
      if let own = positions[identity] {
        namespaces[own] = NamespaceInfo(.current, identity, name: namespaces[own].name, paths: paths)
      } else {
        // By this name it would not be found where another one comes first. Bytes that are not UTF-8 look all the same.
        let name = [file, first.string].first { names.insert($0).inserted } ?? "\(first.string) \(identity)"
        add(.path(first), identity, name: name, paths: paths)
      }
    }
  }

  private func paths(in directory: FilePath) throws(Errno) -> [FilePath] {
    do throws(Errno) {
      let names = try FileReader.names(in: directory)
      return names.sorted { $0.string < $1.string }.map { directory.appending($0) }
    } catch .noSuchFileOrDirectory {
      return []
    }
  }

  private mutating func addProcesses() throws(Errno) {
    for number in try ProcessTable.numbers() {
      do throws(Errno) {
        let identity = try NamespaceIdentity(.namespace(ofProcess: number))
        guard positions[identity] == nil else { continue }
        let name = "pid \(number) (\(ProcessTable.commandName(of: number)))"
        add(.process(number), identity, name: name, paths: [])
      } catch .permissionDenied, .notPermitted {
        hiddenProcesses += 1
      } catch {
        // It has ended.
      }
    }
  }

  private mutating func add(
    _ namespace: NetworkNamespace, _ identity: NamespaceIdentity, name: String, paths: [FilePath]
  ) {
    add(NamespaceInfo(namespace, identity, name: name, paths: paths))
  }

  private mutating func add(_ known: NamespaceInfo) {
    positions[known.fileIdentity] = namespaces.count
    namespaces.append(known)
  }
}

/// A network namespace that exists, with its names.
public struct NamespaceInfo: Sendable, Hashable {
  /// The namespace, as ``Client/init(in:replyTimeout:)`` takes it.
  public let namespace: NetworkNamespace
  /// The best name for it, which no other has: `host` for the caller's own, the name by which it is bound, the path
  /// where that name is another's, or a process that lives in it: `pid 1234 (nginx)`.
  ///
  /// Names of files and processes are other people's text; they may hold control characters.
  public let name: String
  /// Where it is bound, in `/run/netns` and `/run/docker/netns`.
  public let paths: [FilePath]
  /// Which one it is, as its files tell.
  package let fileIdentity: NamespaceIdentity

  /// Makes what is known of a namespace.
  package init(_ namespace: NetworkNamespace, _ identity: NamespaceIdentity, name: String, paths: [FilePath]) {
    self.namespace = namespace
    fileIdentity = identity
    self.name = name
    self.paths = paths
  }
}

extension NamespaceInfo {
  /// The identity of a namespace, whatever its name: two names with the same identity are the same namespace.
  ///
  /// The kernel may give the numbers of a namespace that has ended to a later one.
  public struct Identity: Sendable, Hashable, CustomStringConvertible {
    /// The number of the device of the kernel's file system for namespaces, `st_dev` of `stat(2)`.
    public let device: UInt64
    /// The number of the namespace on that device, `st_ino` of `stat(2)`.
    public let inode: UInt64

    /// The namespace as `readlink /proc/self/ns/net` prints it: `net:[4026531840]`.
    public var description: String { "net:[\(inode)]" }
  }

  /// The identity of the namespace, which does not depend on its name.
  public var identity: Identity {
    Identity(device: UInt64(fileIdentity.device), inode: UInt64(fileIdentity.inode))
  }
}

extension NetworkNamespace {
  /// Whether it is the caller's own, by what is known of it.
  package func isOwn(_ known: NamespaceInfo?) -> Bool { (known?.namespace ?? self) == .current }

  /// Where it is bound, by what is known of it; where nothing is, where it would be.
  package func paths(_ known: NamespaceInfo?) -> [String] { (known?.paths ?? bindings).map(\.string) }
}
