using System.CommandLine;
using System.Text.Json;

namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>
/// <c>serve-transports</c>: the other process of <see cref="TransportsCommand"/>. Its first line says where it listens; each line on its input is answered with
/// what it has used so far. It ends with its input.
/// </summary>
internal sealed class ServeTransportsCommand : Command
{
    public ServeTransportsCommand() : base("serve-transports", "Serves 'transports', which starts it.")
    {
        Hidden = true;
        SetAction(RunAsync);
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var listeners = await TransportListeners.StartAsync(cancellationToken);
        await WriteAsync(listeners.Addresses);
        while (await Console.In.ReadLineAsync(cancellationToken) is not null)
            await WriteAsync(ProcessUsage.Now());
        return 0;
    }

    private static async Task WriteAsync<T>(T message)
    {
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(message));
        await Console.Out.FlushAsync();
    }
}
