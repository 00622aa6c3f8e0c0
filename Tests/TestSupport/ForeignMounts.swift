// SPDX-License-Identifier: Apache-2.0

public import SystemPackage

/// A process with its own mount namespace, made by a test; that requires root.
///
/// Its mounts end with it, whatever happens.
public final class ForeignMounts: Sendable {
  private let unshared: UnsharedProcess

  /// The number of the process.
  public var process: Int32 { unshared.number }

  /// Starts the process.
  ///
  /// - Parameters:
  ///   - directory: The directory in which only this process sees files.
  ///   - script: The commands to run there first. In them, `bind FILE` makes a network namespace and binds it.
  /// - Throws: ``UnsharedProcess/NotMade``, when the script fails.
  public init(in directory: FilePath, _ script: String) throws {
    let preparation = """
      set -eu
      bind() { : > "$1"; unshare --net mount --bind /proc/self/ns/net "$1"; }
      mount -t tmpfs none "$0"
      cd "$0"

      """
    unshared = try UnsharedProcess(["--mount"], running: preparation + script, [directory.string])
  }

  /// The path of a file that the process sees.
  public func path(_ inside: FilePath) -> FilePath { FilePath("/proc/\(process)/root\(inside.string)") }
}
