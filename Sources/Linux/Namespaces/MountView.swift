// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

/// A mount namespace other than the caller's, as one of its processes shows it.
package struct MountView: Sendable, Hashable {
  /// The number of the process.
  package let process: Int32
  /// Whether the caller may use the root directory of the process.
  ///
  /// If not, the caller still sees the list of mounts.
  package let isReachable: Bool

  /// A view by a process.
  init(process: Int32, isReachable: Bool) {
    self.process = process
    self.isReachable = isReachable
  }

  /// Looks for the mount namespaces of processes.
  ///
  /// - Parameter processes: The numbers of the processes.
  /// - Returns: Each mount namespace other than the caller's once. The ones that the caller can reach come first. And how
  ///   many processes do not even show their list of mounts.
  package static func others(_ processes: [Int32]) -> (views: [MountView], hiddenProcesses: Int) {
    let own = try? NamespaceIdentity("/proc/thread-self/ns/mnt")
    // Seldom needed: root may look at all processes.
    lazy var ownMount = try? firstMount(of: "thread-self")
    var hiddenProcesses = 0
    var reachable: [Candidate] = []
    var closed: [MountView] = []
    var closedMounts: Set<String> = []
    for process in processes {
      do throws(Errno) {
        let identity = try NamespaceIdentity(ofProcess: process, "mnt")
        guard identity != own else { continue }
        // Not by a dictionary: the first one costs more than many comparisons, as the runtime looks for conformances.
        let position = reachable.firstIndex { $0.inode == identity.inode }
        // A process with another root directory than its mount namespace sees only a part of it.
        guard position.map({ reachable[$0].isAtRoot }) != true else { continue }
        let isAtRoot = FileReader.linkTarget(of: FilePath("/proc/\(process)/root")) == "/"
        if let position {
          if isAtRoot { reachable[position] = Candidate(identity.inode, process, isAtRoot: true) }
        } else {
          reachable.append(Candidate(identity.inode, process, isAtRoot: isAtRoot))
        }
      } catch .permissionDenied, .notPermitted {
        do throws(Errno) {
          // No two mount namespaces have a mount in common, so the number of one tells them apart.
          guard let mount = try firstMount(of: "\(process)"), mount != ownMount, closedMounts.insert(mount).inserted
          else { continue }
          closed.append(MountView(process: process, isReachable: false))
        } catch .permissionDenied, .notPermitted {
          hiddenProcesses += 1
        } catch {
          // It has ended.
        }
      } catch {
        // It has ended.
      }
    }
    return (reachable.map { MountView(process: $0.process, isReachable: true) } + closed, hiddenProcesses)
  }

  /// The number of the first mount that a process shows; `nil` if it shows none.
  private static func firstMount(of process: String) throws(Errno) -> String? {
    let text = try FileReader.kernelText(of: FilePath("/proc/\(process)/mountinfo"), atMost: 32)
    return text.split(separator: " ").first.map(String.init)
  }
}

/// A process that shows a mount namespace.
private struct Candidate {
  /// The inode of the mount namespace: the kernel has one file system for all namespaces.
  let inode: UInt
  let process: Int32
  /// Whether its root directory is that of the mount namespace.
  let isAtRoot: Bool

  init(_ inode: UInt, _ process: Int32, isAtRoot: Bool) {
    self.inode = inode
    self.process = process
    self.isAtRoot = isAtRoot
  }
}
