/* A scriptable OpenVR runtime behind libopenvr_api's C interface; see README.md. Linux, 64 bit.
 *
 * slots.h, written by the build, holds SLOTS, the length of the IVRSystem table, SLOT_<function> for every function
 * used here, and SYSTEM_TABLE, the table's name with its version. */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "slots.h"

#define DEVICES 64
#define EVENTS 32
#define AXES 5
#define NO_DEVICE 0xFFFFFFFFu

enum { OK = 0, INTERFACE_NOT_FOUND = 105 };                       /* EVRInitError */
enum { PROPERTY_SMALL_BUFFER = 3, PROPERTY_UNKNOWN = 4 }; /* ETrackedPropertyError */
enum { SERIAL_NUMBER = 1002, AXIS_0_TYPE = 3002, CONTROLLER_TYPE = 7000 };         /* ETrackedDeviceProperty */

typedef struct {
    float matrix[12];
    float velocity[3];
    float angular_velocity[3];
    int32_t result;
    bool valid;
    bool connected;
} Pose;

#pragma pack(push, 4)
typedef struct {
    uint32_t packet;
    uint64_t pressed;
    uint64_t touched;
    float axes[AXES][2];
} State;
#pragma pack(pop)

typedef struct {
    int32_t kind; /* ETrackedDeviceClass; 0: no device */
    char serial[64];
    char type[64];
    int32_t axis_types[AXES];
    Pose pose;
    State state;
} Device;

static struct {
    int32_t init_error;
    int32_t application;
    uint32_t roles[8]; /* device of every ETrackedControllerRole */
    Device devices[DEVICES];
    uint32_t events[EVENTS];
    int head, tail;
    int acknowledged, cleaned_up, calls;
    float predicted;
} rt;

/* ---- what a test calls ---- */

void rt_reset(void) {
    memset(&rt, 0, sizeof rt);
    for (int i = 0; i < 8; i++) rt.roles[i] = NO_DEVICE;
}

void rt_refuse(int32_t error) { rt.init_error = error; }

void rt_device(uint32_t i, int32_t kind, const char *serial, const char *type) {
    Device *d = &rt.devices[i];
    memset(d, 0, sizeof *d);
    d->kind = kind;
    snprintf(d->serial, sizeof d->serial, "%s", serial);
    snprintf(d->type, sizeof d->type, "%s", type);
}

void rt_role(int32_t role, uint32_t i) { rt.roles[role] = i; }

void rt_pose(uint32_t i, const float *matrix, int32_t result, bool valid, bool connected) {
    Pose *p = &rt.devices[i].pose;
    memcpy(p->matrix, matrix, sizeof p->matrix);
    p->result = result;
    p->valid = valid;
    p->connected = connected;
}

void rt_buttons(uint32_t i, uint64_t pressed) { rt.devices[i].state.pressed = pressed; }

void rt_axis(uint32_t i, int axis, int32_t type, float x, float y) {
    rt.devices[i].axis_types[axis] = type;
    rt.devices[i].state.axes[axis][0] = x;
    rt.devices[i].state.axes[axis][1] = y;
}

void rt_event(uint32_t type) { rt.events[rt.tail++ % EVENTS] = type; }

int rt_acknowledged(void) { return rt.acknowledged; }
int rt_cleaned_up(void) { return rt.cleaned_up; }
int rt_application(void) { return rt.application; }
int rt_calls(void) { return rt.calls; }
float rt_predicted(void) { return rt.predicted; }

/* ---- IVRSystem ---- */

static void poses(int universe, float predicted, Pose *out, uint32_t count) {
    (void)universe;
    rt.calls++;
    rt.predicted = predicted;
    for (uint32_t i = 0; i < count && i < DEVICES; i++) out[i] = rt.devices[i].pose;
}

static uint32_t index_of_role(int32_t role) {
    rt.calls++;
    return rt.roles[role];
}

static int32_t device_class(uint32_t i) {
    rt.calls++;
    return i < DEVICES ? rt.devices[i].kind : 0;
}

static bool is_connected(uint32_t i) {
    rt.calls++;
    return i < DEVICES && rt.devices[i].pose.connected;
}

static int32_t int_property(uint32_t i, int32_t property, int32_t *error) {
    rt.calls++;
    int axis = property - AXIS_0_TYPE;
    bool known = i < DEVICES && axis >= 0 && axis < AXES;
    *error = known ? OK : PROPERTY_UNKNOWN;
    return known ? rt.devices[i].axis_types[axis] : 0;
}

static uint32_t string_property(uint32_t i, int32_t property, char *out, uint32_t size, int32_t *error) {
    rt.calls++;
    const char *text = property == SERIAL_NUMBER ? rt.devices[i].serial
                     : property == CONTROLLER_TYPE ? rt.devices[i].type : NULL;
    if (text == NULL) {
        *error = PROPERTY_UNKNOWN;
        return 0;
    }
    uint32_t needed = (uint32_t)strlen(text) + 1;
    *error = size < needed ? PROPERTY_SMALL_BUFFER : OK;
    if (size >= needed) memcpy(out, text, needed);
    return needed;
}

static bool next_event(void *out, uint32_t size) {
    rt.calls++;
    if (rt.head == rt.tail) return false;
    memset(out, 0, size);
    memcpy(out, &rt.events[rt.head++ % EVENTS], sizeof(uint32_t));
    return true;
}

static bool controller_state(uint32_t i, State *out, uint32_t size) {
    rt.calls++;
    if (i >= DEVICES || size != sizeof(State) || rt.devices[i].kind != 2) return false;
    *out = rt.devices[i].state;
    return true;
}

static void acknowledge_quit(void) { rt.acknowledged++; }

static void missing(void) {
    fprintf(stderr, "a function was called that the test runtime lacks\n");
    abort();
}

static void *table[SLOTS];

static void fill_table(void) {
    for (int i = 0; i < SLOTS; i++) table[i] = (void *)missing;
    table[SLOT_getDeviceToAbsoluteTrackingPose] = (void *)poses;
    table[SLOT_getTrackedDeviceIndexForControllerRole] = (void *)index_of_role;
    table[SLOT_getTrackedDeviceClass] = (void *)device_class;
    table[SLOT_isTrackedDeviceConnected] = (void *)is_connected;
    table[SLOT_getInt32TrackedDeviceProperty] = (void *)int_property;
    table[SLOT_getStringTrackedDeviceProperty] = (void *)string_property;
    table[SLOT_pollNextEvent] = (void *)next_event;
    table[SLOT_getControllerState] = (void *)controller_state;
    table[SLOT_acknowledgeQuit_Exiting] = (void *)acknowledge_quit;
}

/* ---- IVRClientCore_003 ---- */

static int32_t client_init(void *self, int32_t application, const char *startup) {
    (void)self;
    (void)startup;
    rt.application = application;
    fill_table();
    return rt.init_error;
}

static void client_cleanup(void *self) {
    (void)self;
    rt.cleaned_up++;
}

static int32_t client_knows(void *self, const char *name) {
    (void)self;
    return strstr(SYSTEM_TABLE, name) != NULL ? OK : INTERFACE_NOT_FOUND;
}

static void *client_interface(void *self, const char *name, int32_t *error) {
    (void)self;
    bool known = strcmp(name, SYSTEM_TABLE) == 0;
    if (error != NULL) *error = known ? OK : INTERFACE_NOT_FOUND;
    return known ? (void *)table : NULL;
}

static bool client_has_hmd(void *self) {
    (void)self;
    return true;
}

static const char *client_error_text(void *self, int32_t error) {
    (void)self;
    (void)error;
    return "an error of the test runtime";
}

static void *const client_functions[] = {
    (void *)client_init,    (void *)client_cleanup,    (void *)client_knows,      (void *)client_interface,
    (void *)client_has_hmd, (void *)client_error_text, (void *)client_error_text,
};
static void *const *const client = client_functions;

void *VRClientCoreFactory(const char *name, int *error) {
    bool known = strcmp(name, "IVRClientCore_003") == 0;
    if (error != NULL) *error = known ? OK : INTERFACE_NOT_FOUND;
    return known ? (void *)&client : NULL;
}
