using System.Runtime.InteropServices;

namespace Orleans.Replication.Raft.Engine.Leases;

/// <summary>
/// The clock of leases. On Linux <see cref="TimeProvider.System"/> stands still while the machine is suspended, and a leader that wakes up would believe
/// in a lease that is long over; this one goes on (<c>CLOCK_BOOTTIME</c>). No clock tells a virtual machine that its host has stopped it for a while, or moved
/// it, when the host hides that: do not read by lease there.
/// </summary>
internal sealed class LeaseClock : TimeProvider
{
    private const int BootTime = 7;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private LeaseClock()
    {
    }

    public override long TimestampFrequency => NanosecondsPerSecond;

    /// <summary>The clock for leases where <paramref name="time"/> is the clock for everything else: another one only instead of the system's.</summary>
    public static TimeProvider Of(TimeProvider time) =>
        ReferenceEquals(time, System) && OperatingSystem.IsLinux() && clock_gettime(BootTime, out _) == 0 ? new LeaseClock() : time;

    /// <exception cref="InvalidOperationException">The clock, which was there at the start, is gone.</exception>
    public override long GetTimestamp() => clock_gettime(BootTime, out var now) == 0
        ? (now.Seconds * NanosecondsPerSecond) + now.Nanoseconds
        : throw new InvalidOperationException("CLOCK_BOOTTIME cannot be read.");

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int clock_gettime(int clock, out Timespec time);

    /// <summary>As the C library has it on 64-bit systems, the ones that RocksDB's package runs on.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
