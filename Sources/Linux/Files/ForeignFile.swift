// SPDX-License-Identifier: Apache-2.0

internal import CSyscalls
internal import Glibc
package import SystemPackage

/// A regular file that somebody else may have named, made or exchanged: a policy, or the configuration of a program.
///
/// Opening a device, a FIFO or a file of the kernel can have effects. So the file is first opened as a reference only
/// (O_PATH), which does nothing to it. Its content is opened through that reference, so that no other file can take its
/// place in between.
package struct ForeignFile: Sendable {
  /// The reason why a file is not read.
  package enum Obstacle: Error, Sendable, Hashable {
    /// The system refused.
    case refused(Errno)
    /// It is something else, such as a directory, a device, or a file that the kernel generates.
    case notRegular
    /// It is longer than the limit.
    case tooLarge
    /// Its file system did not answer in time.
    case timedOut
    /// The system provides no thread on which to wait for the file system.
    case noThread(Errno)
  }

  /// All of its bytes.
  package let bytes: [UInt8]
  /// When it was last changed.
  package let changed: WallTime
  /// Its permissions.
  package let permissions: FilePermissions

  /// Reads the file at a path; symbolic links are followed.
  ///
  /// The file system may hang, so another thread does it.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - limit: How many bytes the file may have.
  ///   - time: How long to wait for the file system.
  /// - Throws: ``Obstacle``.
  package init(at path: FilePath, atMost limit: Int, within time: Duration = .seconds(5)) throws(Obstacle) {
    let opened: Opened
    do throws(ThreadWithTimeout.Obstacle) {
      opened = try ThreadWithTimeout.run(within: time) {
        do throws(Obstacle) { return .file(try ForeignFile(opening: path, atMost: limit)) } catch {
          return .obstacle(error)
        }
      }
    } catch {
      switch error {
      case .timedOut: throw .timedOut
      case .noThread(let errno): throw .noThread(errno)
      }
    }
    switch opened {
    case .file(let file): self = file
    case .obstacle(let obstacle): throw obstacle
    }
  }

  /// A `Result`, for which the runtime would look for the conformance of the error.
  private enum Opened {
    case file(ForeignFile)
    case obstacle(Obstacle)
  }

  private init(opening path: FilePath, atMost limit: Int) throws(Obstacle) {
    let handle: FileDescriptor
    do {
      handle = try FileDescriptor.open(path, .init(rawValue: file_handle_only), options: .closeOnExec)
    } catch {
      throw .refused(error as? Errno ?? .ioError)
    }
    defer { try? handle.close() }
    try self.init(handle, path, atMost: limit)
  }

  /// Reads the file to which a reference leads, without a limit in time.
  ///
  /// - Parameters:
  ///   - handle: The file, opened with O_PATH.
  ///   - path: Its path, for the case that there is no /proc; `nil` if there is one.
  ///   - limit: How many bytes the file may have.
  /// - Throws: ``Obstacle``.
  init(_ handle: FileDescriptor, _ path: FilePath? = nil, atMost limit: Int) throws(Obstacle) {
    var status = stat()
    guard fstat(handle.rawValue, &status) == 0 else { throw .refused(Errno(rawValue: errno)) }
    guard status.st_mode & S_IFMT == S_IFREG, file_is_made_up(handle.rawValue) == 0 else { throw .notRegular }
    guard status.st_size <= limit else { throw .tooLarge }
    do throws(Errno) {
      bytes = try ForeignFile.bytes(of: handle, path, status, atMost: limit)
    } catch {
      throw error == .fileTooLarge ? .tooLarge : .refused(error)
    }
    changed = WallTime(of: status)
    permissions = FilePermissions(rawValue: status.st_mode & 0o7777)
  }

  private static func bytes(
    of handle: FileDescriptor, _ path: FilePath?, _ status: stat, atMost limit: Int
  ) throws(Errno) -> [UInt8] {
    do throws(Errno) {
      return try FileReader.bytes(of: FilePath("/proc/self/fd/\(handle.rawValue)"), atMost: limit)
    } catch .noSuchFileOrDirectory where path != nil {
      return try FileReader.bytes(of: path ?? "", atMost: limit) { file in
        // Without /proc, the path is followed again, and may lead to another file by now.
        var now = stat()
        return fstat(file, &now) == 0 && (now.st_dev, now.st_ino) == (status.st_dev, status.st_ino)
      }
    }
  }
}
