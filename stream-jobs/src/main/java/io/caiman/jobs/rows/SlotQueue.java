package io.caiman.jobs.rows;

/** A first-in-first-out queue of cache slots in a growing ring. */
final class SlotQueue {

    private int[] ring = new int[1024];
    private int head;
    private int size;

    int size() {
        return size;
    }

    void add(int slot) {
        if (size == ring.length) {
            int[] larger = new int[Math.multiplyExact(2, size)];
            System.arraycopy(ring, head, larger, 0, size - head);
            System.arraycopy(ring, 0, larger, size - head, head);
            ring = larger;
            head = 0;
        }
        ring[(head + size++) & (ring.length - 1)] = slot;
    }

    /** Takes the slot that was added first; there must be one. */
    int take() {
        int slot = ring[head];
        head = (head + 1) & (ring.length - 1);
        size--;
        return slot;
    }
}
