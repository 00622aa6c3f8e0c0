// SPDX-License-Identifier: Apache-2.0

internal import SystemPackage
internal import Text

extension PolicyError: CustomStringConvertible {
  /// One sentence about a file: what was attempted, what happened and what to do; or one line for each mistake.
  public var description: String {
    switch self {
    case .unreadable(let path, let obstacle):
      "cannot read the policy \(path.string.printable): \(obstacle.reason(path))"
    case .mistakes(let mistakes):
      mistakes.map(\.description).joined(separator: "\n")
    }
  }
}

extension PolicyObstacle {
  /// What happened and what to do.
  fileprivate func reason(_ path: FilePath) -> String {
    switch self {
    case .refused(.noSuchFileOrDirectory):
      "there is no such file\(said); write one, with lines such as `host 15m - 60s`, or name another"
    case .refused(.permissionDenied), .refused(.notPermitted):
      "you may not read it\(said); run it as root, for example with sudo; if you are root, look for a security policy"
        + " (`dmesg`)"
    case .refused:
      "the system refused\(said); check the path (`ls -lL \(path.string.printable)`) and its file system (`dmesg`)"
    case .notRegular:
      "it is not a regular file but a directory, a FIFO, a device or a socket; name a file of text"
    case .writableByOthers:
      "everybody may write to it, and so decide what root does; look through it, then run"
        + " `chmod o-w \(path.string.printable)`"
    case .tooLarge:
      "it is larger than 16 MiB, and no policy is; name another file"
    }
  }

  /// What the system said, in words and as the number that a source can be searched for.
  private var said: String {
    guard case .refused(let errno) = self else { return "" }
    return " (\(errno.description), errno \(errno.rawValue))"
  }
}
