using System.Runtime.InteropServices;

namespace KeyValue.Hosting;

/// <summary>
/// Does what a supervisor would do when the silo cannot go on, above all when the others have declared it dead after a long pause: starts it again,
/// from the disk. The process becomes a new program in place and keeps its id, so that tools that pause and kill it by that id still can.
/// </summary>
internal sealed partial class RestartInPlace(ILogger<RestartInPlace> logger) : IFatalErrorHandler
{
    public bool IsUnexpected(Exception exception) => true;

    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        LogRestarting(context, exception);
        if (OperatingSystem.IsLinux())
        {
            var arguments = File.ReadAllText("/proc/self/cmdline").TrimEnd('\0').Split('\0');
            Execute("/proc/self/exe", [.. arguments, null]);
        }

        // Only reached where there is no such call, or when it has failed.
        Environment.Exit(1);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The silo cannot go on and starts again: {Context}")]
    private partial void LogRestarting(string? context, Exception? exception);

    // Closes everything that this process has open, and does not return.
    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Execute(string path, string?[] arguments);
}
