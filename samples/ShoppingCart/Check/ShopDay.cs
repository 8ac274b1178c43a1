using ShoppingCart.Grains;

namespace ShoppingCart.Check;

/// <summary>What customers do in one run, and what has to be true of it.</summary>
/// <param name="run">Part of every name.</param>
internal sealed class ShopDay(string run)
{
    private const int Stock = 10;

    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private string Tea => $"tea-{run}";

    private string Coffee => $"coffee-{run}";

    /// <summary>Ada orders tea; Bob takes coffee and leaves his cart.</summary>
    public async Task OpenAsync(IGrainFactory grains)
    {
        await grains.GetGrain<IBoardGrain>(BoardGrain.Key).ListenAsync();
        await grains.GetGrain<IInventoryGrain>(Tea).RestockAsync(Stock);
        await grains.GetGrain<IInventoryGrain>(Coffee).RestockAsync(Stock);
        var ada = Cart(grains, "ada");
        Expect(await ada.AddAsync(Tea, 2, AbandonedAfter), "two teas can be had");
        Expect(!await ada.AddAsync(Tea, Stock, AbandonedAfter), "more teas than there are cannot be had");
        await ada.CheckOutAsync(Order(1));
        Expect(await Cart(grains, "bob").AddAsync(Coffee, 1, AbandonedAfter), "a coffee can be had");
    }

    /// <summary>Everything is as <see cref="OpenAsync"/> left it.</summary>
    public async Task CheckMorningAsync(IGrainFactory grains)
    {
        var counts = (await grains.GetGrain<IInventoryGrain>(Tea).CountAsync(), await grains.GetGrain<IInventoryGrain>(Coffee).CountAsync());
        Expect(counts == (Stock - 2, Stock - 1), $"the inventory has {Stock - 2} teas and {Stock - 1} coffees; it has {counts}");
        Expect((await Cart(grains, "ada").LookAsync()).Lines.Count == 0, "Ada's cart is empty");
        Expect((await Cart(grains, "bob").LookAsync()).Lines.SequenceEqual([new OrderLine(Coffee, 1)]), "Bob's cart has a coffee");
        var order = await grains.GetGrain<IOrderGrain>(Order(1)).LookAsync();
        Expect(order.Customer == Customer("ada") && order.Lines.SequenceEqual([new OrderLine(Tea, 2)]) && !order.Paid, $"Ada's order is two unpaid teas; it is {order}");
        await UntilAsync("the board shows Ada's order", async () => (await BoardAsync(grains)).Contains(Order(1)));
    }

    /// <summary>The shop goes on: Ada pays and orders again, and Bob is reminded of his cart.</summary>
    public async Task CheckEveningAsync(IGrainFactory grains)
    {
        var order = grains.GetGrain<IOrderGrain>(Order(1));
        await order.PayAsync();
        Expect(await order.LookAsync() is { Paid: true, Events: 2 }, "Ada's order is paid, and its journal has two events");
        await Cart(grains, "ada").AddAsync(Tea, 1, AbandonedAfter);
        await Cart(grains, "ada").CheckOutAsync(Order(2));
        await UntilAsync("the board shows Ada's second order", async () => (await BoardAsync(grains)).Contains(Order(2)));
        await UntilAsync("Bob is reminded of his cart", async () => (await Cart(grains, "bob").LookAsync()).Reminded > 0);
        Expect((await Cart(grains, "ada").LookAsync()).Reminded == 0, "Ada, who has checked out, is not reminded");
    }

    private static Task<IReadOnlyList<string>> BoardAsync(IGrainFactory grains) => grains.GetGrain<IBoardGrain>(BoardGrain.Key).OrdersAsync();

    private static void Expect(bool condition, string what)
    {
        if (!condition)
            throw new CheckFailedException($"expected that {what}.");
    }

    private static async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!await condition())
        {
            if (deadline.IsCancellationRequested)
                throw new CheckFailedException($"waited {Deadline.TotalSeconds} s until {what}.");
            await Task.Delay(20);
        }
    }

    private string Order(int number) => $"order-{run}-{number}";

    private string Customer(string name) => $"{name}-{run}";

    private ICartGrain Cart(IGrainFactory grains, string name) => grains.GetGrain<ICartGrain>(Customer(name));
}
