// SPDX-License-Identifier: Apache-2.0

internal import Namespaces
internal import SystemPackage

/// All network namespaces of this machine, as far as they can be seen, each once.
///
/// The caller's own comes first, then those bound in `/run/netns` and `/run/docker/netns`, then those in which only
/// processes live.
public struct NamespaceListing: Sendable {
  /// The namespaces.
  public private(set) var namespaces: [KnownNamespace] = []
  /// How many processes did not show in which namespace they live; that takes root with the capability CAP_SYS_PTRACE.
  public private(set) var hiddenProcesses = 0

  /// Where in `namespaces` each is.
  private var positions: [NamespaceIdentity: Int] = [:]

  /// Namespaces that are known.
  package init(_ namespaces: [KnownNamespace], hiddenProcesses: Int = 0) {
    self.hiddenProcesses = hiddenProcesses
    for known in namespaces { add(known) }
  }

  /// Looks for namespaces.
  ///
  /// - Parameter isWithProcesses: Whether to look at all processes, too; without, only what is bound is found.
  /// - Throws: ``IPVSError``, when one of the directories cannot be read or /proc is not there.
  public init(isWithProcesses: Bool = true) throws(IPVSError) {
    do throws(Errno) {
      try addOwn()
      try addBound()
      if isWithProcesses { try addProcesses() }
    } catch {
      throw IPVSError(.refused, .listNamespaces, errno: error)
    }
  }

  /// The namespace that this is; `nil` where it is none of these.
  public func known(_ namespace: NetworkNamespace) -> KnownNamespace? {
    namespace.identity.flatMap { positions[$0] }.map { namespaces[$0] }
  }
}

extension NamespaceListing {
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
        namespaces[own] = KnownNamespace(.current, identity, name: namespaces[own].name, paths: paths)
      } else {
        // By this name it would not be found where another one comes first. Bytes that are not UTF-8 look all the same.
        let name = [file, first.string].first { names.insert($0).inserted } ?? "\(first.string) \(identity)"
        add(.path(first), identity, name: name, paths: paths)
      }
    }
  }

  private func paths(in directory: FilePath) throws(Errno) -> [FilePath] {
    do throws(Errno) {
      let names = try DirectoryNames.all(in: directory)
      return names.sorted { $0.string < $1.string }.map { directory.appending($0) }
    } catch .noSuchFileOrDirectory {
      return []
    }
  }

  private mutating func addProcesses() throws(Errno) {
    let numbers = try DirectoryNames.all(in: "/proc").compactMap { Int32($0.string) }.sorted()
    for number in numbers {
      do throws(Errno) {
        let identity = try NamespaceIdentity(.namespace(ofProcess: number))
        guard positions[identity] == nil else { continue }
        let command = SmallFile.text(of: FilePath("/proc/\(number)/comm"))?.split(separator: "\n").first ?? "?"
        add(.process(number), identity, name: "pid \(number) (\(command))", paths: [])
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
    add(KnownNamespace(namespace, identity, name: name, paths: paths))
  }

  private mutating func add(_ known: KnownNamespace) {
    positions[known.identity] = namespaces.count
    namespaces.append(known)
  }
}
