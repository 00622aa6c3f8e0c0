// SPDX-License-Identifier: Apache-2.0

/// A setting of the kernel (a sysctl) that has to do with how connections end, by its name.
public enum KernelSetting: String, CaseIterable, Sendable {
  /// After how many idle seconds a socket with keep-alive asks its peer.
  case tcpKeepaliveTime = "net.ipv4.tcp_keepalive_time"
}
