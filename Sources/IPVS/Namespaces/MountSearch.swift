// SPDX-License-Identifier: Apache-2.0

internal import Linux
package import SystemPackage

/// The network namespaces that the caller's own mount namespace has bound.
struct OwnMounts {
  /// The inodes of all of them, in order.
  private(set) var inodes: [UInt] = []
  /// The namespaces that are bound outside of the directories in which names are looked up, in the order of the paths.
  private(set) var others: [BoundFile] = []
  /// The paths among them whose file system did not answer in time.
  private(set) var unanswered: [FilePath] = []

  /// Reads the list of mounts.
  ///
  /// - Parameter device: The device of the kernel's file system for namespaces.
  /// - Throws: `Errno`, when the list cannot be read to its end.
  mutating func read(device: UInt) throws(Errno) {
    var mounts = try NamespaceMounts()
    var found: [BoundFile] = []
    defer {
      inodes.sort { $0 < $1 }
      check(found.sorted { $0.path.string < $1.path.string })
    }
    while let mount = try mounts.next() {
      inodes.append(mount.inode)
      guard !NetworkNamespace.hasDirectoryPrefix(where: mount.isBound) else { continue }
      found.append(BoundFile(identity: NamespaceIdentity(device: device, inode: mount.inode), path: mount.path))
    }
  }

  /// Leaves out the namespaces that another mount hides.
  private mutating func check(_ found: [BoundFile]) {
    let sights = PatientLookup.eachOrHere(found, unanswered: Sight.unanswered) { file in
      (try? NamespaceIdentity(file.path)) == file.identity ? .visible : .hidden
    }
    for (number, file) in found.enumerated() {
      switch sights[number] {
      case .visible: others.append(file)
      case .hidden: break
      case .unanswered: unanswered.append(file.path)
      }
    }
  }

  /// Whether the file at the path of a mount is what was mounted there.
  private enum Sight: Sendable {
    case visible
    case hidden
    /// Its file system did not answer in time.
    case unanswered
  }

  /// Whether inodes that are in order have one.
  static func contains(_ inode: UInt, in inodes: [UInt]) -> Bool {
    var (low, high) = (0, inodes.count)
    while low < high {
      let middle = (low + high) / 2
      if inodes[middle] < inode { low = middle + 1 } else { high = middle }
    }
    return low < inodes.count && inodes[low] == inode
  }
}

/// A file at which a network namespace is bound.
struct BoundFile: Sendable {
  let identity: NamespaceIdentity
  let path: FilePath
}

/// A network namespace, with the files at which one mount namespace has it bound.
struct BoundNamespace: Sendable {
  let identity: NamespaceIdentity
  var paths: [FilePath]
}

/// Looks for network namespaces in the mount namespaces of other processes.
///
/// Each mount namespace is read once. A process may belong to a container, and the container decides about its mounts. So
/// the number of bytes to read is limited, and another thread follows the paths, for a limited time.
struct MountSearch {
  /// How many bytes of lists to read in all: some half a million mounts.
  private static let byteLimit = 64 << 20

  /// How many processes and mount namespaces could not be searched.
  private(set) var hiddenMounts: Int
  private let views: [MountView]
  private let device: UInt

  /// Prepares to search the mount namespaces of processes.
  ///
  /// - Parameters:
  ///   - processes: The numbers of the processes.
  ///   - device: The device of the kernel's file system for namespaces.
  init(_ processes: [Int32], device: UInt) {
    (views, hiddenMounts) = MountView.others(processes)
    self.device = device
  }

  /// Finds network namespaces.
  ///
  /// - Parameter isWanted: Whether to look for the namespace of this mount.
  /// - Returns: The namespaces that the caller can reach, and the namespaces that it cannot reach, each once.
  mutating func namespaces(where isWanted: (NamespaceMount) -> Bool) -> (
    reachable: [BoundNamespace], unreachable: [BoundNamespace]
  ) {
    var (reachable, unreachable): ([BoundNamespace], [BoundNamespace]) = ([], [])
    var (known, missed): (Set<NamespaceIdentity>, Set<NamespaceIdentity>) = ([], [])
    var bytesLeft = MountSearch.byteLimit
    var isStuck = false
    for view in views {
      let (found, isComplete) = read(view, &bytesLeft, where: isWanted)
      if !isComplete { hiddenMounts += 1 }
      guard !found.isEmpty else { continue }
      let results = view.isReachable && !isStuck ? MountSearch.identities(at: found.flatMap(\.paths)) : nil
      isStuck = isStuck || view.isReachable && results == nil
      for namespace in found where !known.contains(namespace.identity) {
        let visible = namespace.paths.filter { results?[$0] == .success(namespace.identity) }
        if !visible.isEmpty {
          known.insert(namespace.identity)
          reachable.append(BoundNamespace(identity: namespace.identity, paths: visible))
        } else if namespace.paths.contains(where: { results?[$0]?.isRefusal ?? true }),
          missed.insert(namespace.identity).inserted
        {
          unreachable.append(namespace)
        }
        // Otherwise another mount hides it, also from the processes there.
      }
    }
    return (reachable, unreachable.filter { !known.contains($0.identity) })
  }

  /// Reads which namespaces one mount namespace has bound.
  private func read(
    _ view: MountView, _ bytesLeft: inout Int, where isWanted: (NamespaceMount) -> Bool
  ) -> (found: [BoundNamespace], isComplete: Bool) {
    var found: [UInt: Set<FilePath>] = [:]
    var isComplete = false
    do throws(Errno) {
      guard bytesLeft > 0 else { throw .fileTooLarge }
      var mounts = try NamespaceMounts(of: view.process)
      while mounts.byteCount < bytesLeft {
        guard let mount = try mounts.next() else {
          isComplete = true
          break
        }
        guard isWanted(mount) else { continue }
        found[mount.inode, default: []].insert(ProcessPath(of: view.process, mount.path).path)
      }
      bytesLeft -= mounts.byteCount
    } catch {
      // A process that has ended has nothing to show.
      isComplete = [.noSuchFileOrDirectory, .noSuchProcess, .invalidArgument].contains(error)
    }
    let namespaces = found.map { inode, paths in
      BoundNamespace(
        identity: NamespaceIdentity(device: device, inode: inode), paths: paths.sorted { $0.string < $1.string })
    }
    return (namespaces.sorted { ($0.paths.first?.string ?? "") < ($1.paths.first?.string ?? "") }, isComplete)
  }

  /// Looks up the files at these paths; `nil` if a file system does not answer in time.
  private static func identities(at paths: [FilePath]) -> [FilePath: Result<NamespaceIdentity, Errno>]? {
    try? ThreadWithTimeout.run(within: .seconds(5)) {
      var results: [FilePath: Result<NamespaceIdentity, Errno>] = [:]
      for path in paths { results[path] = Result { () throws(Errno) in try NamespaceIdentity(path) } }
      return results
    }
  }
}

extension Result<NamespaceIdentity, Errno> {
  fileprivate var isRefusal: Bool {
    if case .failure(let errno) = self { [.permissionDenied, .notPermitted].contains(errno) } else { false }
  }
}

extension NetworkNamespace {
  /// Where a namespace of this name or path is bound instead; `nil` if no process has one bound.
  ///
  /// This reads the mounts of all processes, so it is only for explaining a failure.
  package var boundElsewhere: FilePath? {
    guard let own = try? NamespaceIdentity("/proc/thread-self/ns/net") else { return nil }
    var mounts = OwnMounts()
    // A list that cannot be read explains nothing.
    try? mounts.read(device: own.device)
    if let found = mounts.others.first(where: { isName(of: $0.path) }) { return found.path }
    var search = MountSearch((try? ProcessTable.numbers()) ?? [], device: own.device)
    let found = search.namespaces { isName(of: $0.path) }
    return found.reachable.first?.paths.first ?? found.unreachable.first?.paths.first
  }

  /// Whether to look for the namespace elsewhere if the file does not exist.
  ///
  /// A namespace from a list has simply ended.
  package var isLookedForElsewhere: Bool {
    switch self {
    case .named: true
    case .path(let path): !(NetworkNamespace.directories + ["/proc"]).contains { path.starts(with: $0) }
    case .current, .process: false
    }
  }

  /// Whether the namespace at this path, in any mount namespace, may be the namespace that somebody means.
  private func isName(of path: FilePath) -> Bool {
    switch self {
    case .named(let name): path.lastComponent?.string == name
    case .path(let other): path == other
    case .current, .process: false
    }
  }
}
