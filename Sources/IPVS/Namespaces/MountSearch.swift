// SPDX-License-Identifier: Apache-2.0

internal import Linux
package import SystemPackage

/// The network namespaces that the caller's own mount namespace has bound.
struct OwnMounts {
  /// The inodes of all of them, in order.
  private(set) var inodes: [UInt] = []
  /// The namespaces that are bound outside of the directories in which names are looked up, in the order of the paths.
  private(set) var others: [(identity: NamespaceIdentity, path: FilePath)] = []
  /// The paths among them whose file system did not answer in time.
  private(set) var unanswered: [FilePath] = []

  /// Reads the list of mounts.
  ///
  /// - Parameter device: The device of the kernel's file system for namespaces.
  /// - Throws: `Errno`, when the list cannot be read to its end.
  mutating func read(device: UInt) throws(Errno) {
    var mounts = try NamespaceMounts()
    var found: [(identity: NamespaceIdentity, path: FilePath)] = []
    defer {
      inodes.sort { $0 < $1 }
      check(found.sorted { $0.path.string < $1.path.string })
    }
    while let mount = try mounts.next() {
      inodes.append(mount.inode)
      guard !NetworkNamespace.hasDirectoryPrefix(where: mount.isBound) else { continue }
      found.append((NamespaceIdentity(device: device, inode: mount.inode), mount.path))
    }
  }

  /// Leaves out the namespaces that another mount hides.
  private mutating func check(_ found: [(identity: NamespaceIdentity, path: FilePath)]) {
    let identities = PatientLookup.eachOrHere(found.map(\.path)) { try? NamespaceIdentity($0) }
    for (number, (identity, path)) in found.enumerated() {
      guard let now = identities[number] else {
        unanswered.append(path)
        continue
      }
      if now == identity { others.append((identity, path)) }
    }
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

/// Looks for network namespaces in the mount namespaces of other processes.
///
/// Each mount namespace is read once. A process may belong to a container, and the container decides about its mounts. So
/// the number of bytes to read is limited, and another thread follows the paths, for a limited time.
struct MountSearch {
  /// Namespaces, each with the paths where one mount namespace has it bound.
  typealias Found = [(identity: NamespaceIdentity, paths: [FilePath])]

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
  mutating func namespaces(where isWanted: (NamespaceMount) -> Bool) -> (reachable: Found, unreachable: Found) {
    var (reachable, unreachable): (Found, Found) = ([], [])
    var (known, missed): (Set<NamespaceIdentity>, Set<NamespaceIdentity>) = ([], [])
    var bytesLeft = MountSearch.byteLimit
    var isStuck = false
    for view in views {
      let (found, isComplete) = read(view, &bytesLeft, where: isWanted)
      if !isComplete { hiddenMounts += 1 }
      guard !found.isEmpty else { continue }
      let results = view.isReachable && !isStuck ? MountSearch.identities(at: found.flatMap(\.paths)) : nil
      isStuck = isStuck || view.isReachable && results == nil
      for (identity, paths) in found where !known.contains(identity) {
        let visible = paths.filter { results?[$0] == .success(identity) }
        if !visible.isEmpty {
          known.insert(identity)
          reachable.append((identity, visible))
        } else if paths.contains(where: { results?[$0]?.isRefusal ?? true }), missed.insert(identity).inserted {
          unreachable.append((identity, paths))
        }
        // Otherwise another mount hides it, also from the processes there.
      }
    }
    return (reachable, unreachable.filter { !known.contains($0.identity) })
  }

  /// Reads which namespaces one mount namespace has bound.
  private func read(
    _ view: MountView, _ bytesLeft: inout Int, where isWanted: (NamespaceMount) -> Bool
  ) -> (found: Found, isComplete: Bool) {
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
    let sorted = found.map { (NamespaceIdentity(device: device, inode: $0), $1.sorted { $0.string < $1.string }) }
      .sorted { ($0.1.first?.string ?? "") < ($1.1.first?.string ?? "") }
    return (sorted, isComplete)
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
