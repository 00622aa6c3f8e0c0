// SPDX-License-Identifier: Apache-2.0

internal import Linux
internal import Synchronization
public import SystemPackage

/// The network namespaces of this machine that the caller can reach, each once.
///
/// The order is: the caller's own; the namespaces bound in `/run/netns` and `/run/docker/netns`; the namespaces bound
/// elsewhere; the namespaces that only other mount namespaces have bound; the namespaces in which only processes live.
public struct NamespaceList: Sendable {
  /// The namespaces.
  public private(set) var namespaces: [NamespaceInfo] = []
  /// How many processes do not show the caller their namespace.
  ///
  /// To see it, root needs the capability CAP_SYS_PTRACE.
  public private(set) var hiddenProcesses = 0
  /// How many processes and mount namespaces could not be searched for namespaces that they have bound.
  public private(set) var hiddenMounts = 0
  /// The namespaces that only other mount namespaces have bound and that the caller cannot reach there.
  ///
  /// To reach them, root needs the capabilities CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH.
  ///
  /// Each one's ``NamespaceInfo/name`` is the first of its ``NamespaceInfo/paths``.
  public private(set) var unreachable: [NamespaceInfo] = []
  /// The files in `/run/netns` and `/run/docker/netns` that are no network namespaces.
  ///
  /// Docker leaves such a file for a while where a namespace was bound that has ended. Or the namespace is bound there
  /// only in another mount namespace, and is in ``namespaces`` by another path.
  public private(set) var leftovers: [FilePath] = []

  /// The files and directories whose file system did not answer in time: each may be a network namespace, or have some.
  public private(set) var unanswered: [FilePath] = []

  /// The position of each namespace in `namespaces`.
  private var positions = PositionTable()
  /// The position of each name in `namespaces`.
  private var names = PositionTable()

  /// A list of known namespaces.
  package init(
    _ namespaces: [NamespaceInfo], hiddenProcesses: Int = 0, hiddenMounts: Int = 0, unreachable: [NamespaceInfo] = [],
    leftovers: [FilePath] = [], unanswered: [FilePath] = []
  ) {
    self.hiddenProcesses = hiddenProcesses
    self.hiddenMounts = hiddenMounts
    self.unreachable = unreachable
    self.leftovers = leftovers
    self.unanswered = unanswered
    for known in namespaces { add(known) }
  }

  /// Finds the namespaces.
  ///
  /// - Parameter includingProcesses: Whether to list namespaces that are bound nowhere, in which only processes live.
  /// - Throws: ``IPVSError``, when one of the directories or `/proc` cannot be read.
  public init(includingProcesses: Bool = true) throws(IPVSError) {
    do throws(Errno) {
      let own = try NamespaceIdentity("/proc/thread-self/ns/net")
      add(NamespaceInfo(.current, own, name: "host", paths: []))
      try addBound(device: own.device)
      let processes = try ProcessTable.numbers()
      addBoundElsewhere(processes, device: own.device)
      if includingProcesses { addProcesses(processes) }
    } catch {
      let mayNot = [.permissionDenied, .notPermitted].contains(error) && Privilege.whyRefused() == .notRoot
      throw IPVSError(mayNot ? .notRoot : .refused, .listNamespaces, errno: error)
    }
  }

  /// The entry for a namespace; `nil` if the list has none.
  public func info(for namespace: NetworkNamespace) -> NamespaceInfo? {
    namespace.identity.flatMap { position(of: $0) }.map { namespaces[$0] }
  }

  /// Adds the namespaces at paths.
  ///
  /// If the list has the namespace already, its entry gets the path, too.
  ///
  /// If a path does not exist or is no network namespace, the list stays as it is.
  ///
  /// - Parameters:
  ///   - sources: The origins of the paths, for example patterns.
  ///   - limit: How long to look them up, in all.
  ///   - paths: The paths of an origin until a deadline. They are looked up on another thread, because a file system may
  ///     hang.
  /// - Returns: For each origin the reason why its paths are not known; `nil` if they are. `.canceled` if the time was
  ///   over before they were looked up at all.
  package mutating func add<Source: Sendable>(
    at sources: [Source], within limit: Duration = .seconds(5),
    _ paths: @escaping @Sendable (Source, ContinuousClock.Instant) throws(Errno) -> [FilePath]
  ) -> [Errno?] {
    guard !sources.isEmpty, let device = namespaces.first?.fileIdentity.device else { return sources.map { _ in nil } }
    let deadline = ContinuousClock.now + limit
    let tried = TriedItems()
    let numbers = Array(sources.indices)
    let found = PatientLookup.eachOrHere(numbers, unanswered: FoundFiles.unanswered, within: limit) { number in
      do throws(Errno) {
        guard ContinuousClock.now < deadline else { throw .canceled }
        tried.add(number)
        var files: [FoundFile] = []
        for path in try paths(sources[number], deadline) {
          guard ContinuousClock.now < deadline else { throw .timedOut }
          if let identity = try? NamespaceIdentity(path) { files.append(FoundFile(path, identity, device: device)) }
        }
        return .found(files)
      } catch {
        return .failed(error)
      }
    }
    return found.enumerated().map { number, answer in
      switch answer {
      case .found(let files):
        for file in files { add(file) }
        return nil
      case .failed(let error): return error
      case .unanswered: return tried.contains(number) ? .timedOut : .canceled
      }
    }
  }

  private mutating func add(_ file: FoundFile) {
    if let position = position(of: file.identity) {
      namespaces[position] = namespaces[position].adding(file.path)
    } else if file.isNamespace {
      add(file.identity, at: [file.path])
    }
  }
}

/// The items that another thread has begun to look up.
private final class TriedItems: Sendable {
  private let numbers = Mutex<Set<Int>>([])

  func add(_ number: Int) { numbers.withLock { _ = $0.insert(number) } }

  func contains(_ number: Int) -> Bool { numbers.withLock { $0.contains(number) } }
}

/// A file that may be a network namespace.
private struct FoundFile: Sendable {
  let path: FilePath
  let identity: NamespaceIdentity
  let isNamespace: Bool

  init(_ path: FilePath, _ identity: NamespaceIdentity, device: UInt, known: [UInt] = []) {
    self.path = path
    self.identity = identity
    isNamespace =
      identity.device == device
      && (OwnMounts.contains(identity.inode, in: known) || identity.isNetworkNamespace(at: path, device: device))
  }
}

/// What came of looking up a file.
private enum FileSight: Sendable {
  case found(FoundFile)
  /// It does not exist any longer, or cannot be looked up.
  case missing
  /// Its file system did not answer in time.
  case unanswered
}

/// What came of looking up the paths of an origin.
private enum FoundFiles: Sendable {
  case found([FoundFile])
  case failed(Errno)
  case unanswered
}

/// What came of reading a directory.
private enum DirectoryNames: Sendable {
  case read([FilePath.Component])
  case failed(Errno)
  case unanswered
}

extension NamespaceList {
  /// Adds the namespaces that the caller's own mount namespace has bound.
  private mutating func addBound(device: UInt) throws(Errno) {
    var mounts = OwnMounts()
    do throws(Errno) { try mounts.read(device: device) } catch { hiddenMounts += 1 }
    var bound: [BoundNamespace] = []
    var boundPositions = PositionTable()
    func found(_ identity: NamespaceIdentity, at path: FilePath) {
      let position = boundPositions.position(hash: identity.hash) { bound[$0].identity == identity }
      if let position {
        bound[position].paths.append(path)
      } else {
        boundPositions.add(bound.count, hash: identity.hash)
        bound.append(BoundNamespace(identity: identity, paths: [path]))
      }
    }
    unanswered += mounts.unanswered
    let (paths, known) = (try pathsInDirectories(), mounts.inodes)
    let sights = PatientLookup.eachOrHere(paths, unanswered: FileSight.unanswered) { path in
      guard let identity = try? NamespaceIdentity(path) else { return .missing }
      return .found(FoundFile(path, identity, device: device, known: known))
    }
    for (number, path) in paths.enumerated() {
      switch sights[number] {
      case .found(let file) where file.isNamespace: found(file.identity, at: path)
      case .found: leftovers.append(path)
      case .missing: break
      case .unanswered: unanswered.append(path)
      }
    }
    for file in mounts.others { found(file.identity, at: file.path) }
    for namespace in bound {
      let (identity, paths) = (namespace.identity, namespace.paths)
      if let own = position(of: identity) {
        namespaces[own] = NamespaceInfo(.current, identity, name: namespaces[own].name, paths: paths)
      } else {
        add(identity, at: paths)
      }
    }
  }

  /// The files in the directories in which names are looked up.
  private mutating func pathsInDirectories() throws(Errno) -> [FilePath] {
    let directories = NetworkNamespace.directories
    let answers = PatientLookup.eachOrHere(directories, unanswered: DirectoryNames.unanswered) { directory in
      do throws(Errno) { return .read(try FileReader.names(in: directory)) } catch { return .failed(error) }
    }
    var paths: [FilePath] = []
    for (number, directory) in directories.enumerated() {
      switch answers[number] {
      case .read(let names): paths += names.sorted { $0.string < $1.string }.map { directory.appending($0) }
      case .failed(.noSuchFileOrDirectory): break
      case .failed(let error): throw error
      case .unanswered: unanswered.append(directory)
      }
    }
    return paths
  }

  /// Adds the namespaces that only other mount namespaces have bound.
  private mutating func addBoundElsewhere(_ processes: [Int32], device: UInt) {
    var search = MountSearch(processes, device: device)
    let found = search.namespaces { mount in
      position(of: NamespaceIdentity(device: device, inode: mount.inode)) == nil
    }
    for namespace in found.reachable { add(namespace.identity, at: namespace.paths) }
    for namespace in found.unreachable {
      guard position(of: namespace.identity) == nil, let first = namespace.paths.first else { continue }
      unreachable.append(
        NamespaceInfo(.path(first), namespace.identity, name: first.string, paths: namespace.paths))
    }
    hiddenMounts += search.hiddenMounts
  }

  private mutating func addProcesses(_ processes: [Int32]) {
    for number in processes {
      do throws(Errno) {
        let identity = try NamespaceIdentity(ofProcess: number)
        guard position(of: identity) == nil else { continue }
        let name = "pid \(number) (\(ProcessTable.commandName(of: number)))"
        add(NamespaceInfo(.process(number), identity, name: name, paths: []))
      } catch .permissionDenied, .notPermitted {
        hiddenProcesses += 1
      } catch {
        // It has ended.
      }
    }
    unreachable = unreachable.filter { position(of: $0.fileIdentity) == nil }
  }

  /// Adds a namespace that is bound at these paths, by a name with which `--netns` finds exactly this namespace.
  private mutating func add(_ identity: NamespaceIdentity, at paths: [FilePath]) {
    guard let first = paths.first else { return }
    let path = first.string
    var name = NetworkNamespace.nameInDirectory(path) ?? path
    if isNamed(name) { name = path }
    // Two names with bytes that are not UTF-8 may look the same.
    if isNamed(name) { name = "\(path) \(identity)" }
    add(NamespaceInfo(.path(first), identity, name: name, paths: paths))
  }

  private mutating func add(_ known: NamespaceInfo) {
    positions.add(namespaces.count, hash: known.fileIdentity.hash)
    names.add(namespaces.count, hash: known.name.hashValue)
    namespaces.append(known)
  }

  /// The position of a namespace in the list.
  private func position(of identity: NamespaceIdentity) -> Int? {
    positions.position(hash: identity.hash) { namespaces[$0].fileIdentity == identity }
  }

  /// Whether the list has a namespace with this name.
  private func isNamed(_ name: String) -> Bool {
    name == "host" || names.position(hash: name.hashValue) { namespaces[$0].name == name } != nil
  }
}
