using System.Diagnostics;
using Bank.Grains;
using Orleans.Replication;

namespace Bank.Demonstration;

/// <summary>The load: one teller for each desk of each branch, who gives one order after the other and writes down how it ended.</summary>
internal sealed class Tellers
{
    public const int Branches = 8;

    private readonly IClusterClient _client;
    private int _acknowledged;
    private int _declined;
    private int _unknown;
    private int _repeated;
    private long _lastAcknowledged;
    private long _longestPause;

    public Tellers(IClusterClient client) => _client = client;

    /// <summary>The tellers' own books.</summary>
    public IReadOnlyList<Books> Books { get; } =
        [.. from branch in Enumerable.Range(0, Branches) from desk in Enumerable.Range(0, Branch.Desks) select new Books(branch, desk)];

    public int Acknowledged => _acknowledged;

    public int Declined => _declined;

    public int Unknown => _unknown;

    /// <summary>How often an order was refused for want of a leader (nothing was written), and given again.</summary>
    public int Repeated => _repeated;

    /// <summary>The longest time between two acknowledged orders, of any tellers: how long the bank took no transfers.</summary>
    public TimeSpan LongestPause => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _longestPause));

    /// <summary>Works until told to stop; ends when the last order has ended.</summary>
    public Task WorkAsync(CancellationToken stop) => Task.WhenAll(Books.Select(books => Task.Run(() => WorkAsync(books, stop), CancellationToken.None)));

    private async Task WorkAsync(Books books, CancellationToken stop)
    {
        var branch = _client.GetGrain<IBranchGrain>(books.Branch);
        var random = new Random((books.Branch * Branch.Desks) + books.Desk);
        while (!stop.IsCancellationRequested)
        {
            var (from, to) = (random.Next(Branch.Accounts), random.Next(Branch.Accounts));
            var order = new Transfer(books.Desk, books.NextNumber, from, to, random.Next(1, 250));
            if (await GiveAsync(branch, order, stop) is { } state)
                books.Add(order, state);
        }
    }

    /// <returns>How the order ended; null when it was never given, since the day was over before the bank took it.</returns>
    private async Task<OrderState?> GiveAsync(IBranchGrain branch, Transfer order, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return await branch.Transfer(order) == TransferReply.Done ? OnAcknowledged() : Count(ref _declined, OrderState.Declined);
            }
            catch (ReplicationUnavailableException)
            {
                // Nothing was written, so the same order can be given again.
                Interlocked.Increment(ref _repeated);
                if (stop.IsCancellationRequested)
                    return null;
                await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
            }
            catch (Exception error) when (error is OrleansException or TimeoutException)
            {
                // The silo died with the order in its hands. Giving the order again might move the money twice: it is written down as unknown.
                return Count(ref _unknown, OrderState.Unknown);
            }
        }
    }

    private OrderState OnAcknowledged()
    {
        var now = Stopwatch.GetTimestamp();
        var last = Interlocked.Exchange(ref _lastAcknowledged, now);
        if (last != 0 && now - last > Volatile.Read(ref _longestPause))
            Volatile.Write(ref _longestPause, now - last);
        return Count(ref _acknowledged, OrderState.Acknowledged);
    }

    private static OrderState Count(ref int counter, OrderState state)
    {
        Interlocked.Increment(ref counter);
        return state;
    }
}
