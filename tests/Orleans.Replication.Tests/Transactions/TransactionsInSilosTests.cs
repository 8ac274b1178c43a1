using Orleans.Hosting;
using Orleans.Replication.Tests.Clustering;
using Orleans.Replication.Tests.Silos;
using Orleans.Transactions;

namespace Orleans.Replication.Tests.Transactions;

/// <summary>Orleans' transactions on the storage.</summary>
public sealed class TransactionsInSilosTests
{
    private static readonly string[] Accounts = ["Ада", "Bob", "Eve"];

    [Fact]
    public async Task A_transaction_over_two_grains_happens_wholly_or_not_at_all_and_survives_the_silo()
    {
        await using var cluster = await SiloCluster.CreateAsync(1, WithTransactions);
        await Account(cluster, 0, "Ада").AddAsync(100);
        await cluster.Grains(0).GetGrain<ITransferGrain>(0).MoveAsync("Ада", "Bob", 30);
        await Assert.ThrowsAnyAsync<OrleansTransactionException>(() => cluster.Grains(0).GetGrain<ITransferGrain>(0).MoveAsync("Ада", "Bob", 71));
        await cluster.StopAsync(0);
        await cluster.StartAsync(0);
        Assert.Equal(70, await Account(cluster, 0, "Ада").GetAsync());
        Assert.Equal(30, await Account(cluster, 0, "Bob").GetAsync());
    }

    [Fact]
    public async Task Transfers_from_all_silos_at_once_lose_nothing_and_make_nothing()
    {
        await using var cluster = await SiloCluster.CreateAsync(3, WithTransactions);
        foreach (var account in Accounts)
            await DepositAsync(Account(cluster, 0, account), 100);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(silo => TransferAroundAsync(cluster, silo)));

        var sum = 0;
        foreach (var account in Accounts)
            sum += await ReadAsync(Account(cluster, 1, account));
        Assert.Equal(300, sum);
    }

    private static IAccountGrain Account(SiloCluster cluster, int silo, string name) => cluster.Grains(silo).GetGrain<IAccountGrain>(name);

    private static async Task TransferAroundAsync(SiloCluster cluster, int silo)
    {
        var grain = cluster.Grains(silo).GetGrain<ITransferGrain>(0);
        for (var i = silo; i < silo + 6; i++)
            await TryAsync(() => grain.MoveAsync(Accounts[i % 3], Accounts[(i + 1) % 3], 1 + (i % 5)));
    }

    // Transactions that meet may abort one another; which of them happened is for a later read to say.
    private static async Task<bool> TryAsync(Func<Task> transaction)
    {
        try
        {
            await transaction();
            return true;
        }
        catch (Exception error) when (error is OrleansTransactionException or TimeoutException)
        {
            return false;
        }
    }

    private static async Task<int> ReadAsync(IAccountGrain account)
    {
        var value = 0;
        await Wait.UntilAsync("the balance is read", () => TryAsync(async () => value = await account.GetAsync()));
        return value;
    }

    private static Task DepositAsync(IAccountGrain account, int amount) => Wait.UntilAsync("the deposit is made", async () =>
    {
        if (await ReadAsync(account) == amount)
            return true;
        await TryAsync(() => account.AddAsync(amount));
        return false;
    });

    private static void WithTransactions(ISiloBuilder silo) => silo.UseTransactions().AddRaftTransactionalStateStorageAsDefault();
}
